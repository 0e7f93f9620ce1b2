# The chat page with the corpus that ships. Not run on the machine where it was written: there was no container runtime.
#   docker build -t faqbot . && docker run -p 7860:7860 faqbot
# Your own documents, from a folder beside this file: docker build --build-arg CORPUS=my-documents -t faqbot .
FROM python:3.11-slim AS build
ENV HF_HUB_OFFLINE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/faqbot
COPY constraints.txt pyproject.toml README.md LICENSE THIRD_PARTY.md ./
RUN /opt/faqbot/bin/pip install -q -c constraints.txt torch
COPY src ./src
RUN /opt/faqbot/bin/pip install -q -c constraints.txt '.[build,web,mcp]'
ARG CORPUS=corpus
COPY ${CORPUS} ./corpus
RUN /opt/faqbot/bin/faqbot build corpus --index /srv/faqbot/index --quiet

# Answering needs neither torch nor the corpus.
FROM python:3.11-slim
ENV HF_HUB_OFFLINE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/faqbot
COPY constraints.txt pyproject.toml README.md LICENSE THIRD_PARTY.md /tmp/faqbot/
COPY src /tmp/faqbot/src
RUN pip install -q -c /tmp/faqbot/constraints.txt '/tmp/faqbot[web,mcp]' && rm -r /tmp/faqbot \
    && useradd --system --home-dir /srv/faqbot --shell /usr/sbin/nologin faqbot
COPY --from=build /srv/faqbot/index ./index
USER faqbot
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/api/ready', timeout=4)"]
CMD ["faqbot", "serve", "--index", "index", "--host", "0.0.0.0"]
