# `make help` lists the targets. Options are passed on in ARGS: make chat ARGS="--port 8080"
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INDEX := index
ARGS ?=
SECONDS ?= 180
CALLERS ?= 8
HOST ?= http://127.0.0.1:7860
# Processes to spread the tests over, a file at a time, longest first (tests/conftest.py); 0 means one process. One more than
# there are cores on a small machine: tests that wait, for a disk or for a server to end, lie beside tests that compute.
TESTERS ?= 3

export HF_HUB_OFFLINE ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.PHONY: help chat index test check fix eval bench load fuzz clean

help:  ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "make %-8s %s\n", $$1, $$2}'

chat: $(VENV)/installed  ## build the index of corpus/ if needed and serve the chat page
	@$(BIN)/faqbot build corpus --index $(INDEX) --if-changed
	@$(BIN)/faqbot serve --index $(INDEX) $(ARGS)

index: $(VENV)/installed  ## build the index of corpus/
	$(BIN)/faqbot build corpus --index $(INDEX)

test: export OMP_NUM_THREADS ?= 1
test: export PYTHONDONTWRITEBYTECODE :=  # or each process of the tests compiles what has changed since the installation
test: $(VENV)/installed-dev  ## run the whole test suite
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/installed-dev  ## format, lint, types and layers; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

fix: $(VENV)/installed-dev  ## mend format and lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: $(VENV)/installed-dev  ## measure retrieval, confidence and alerts against their thresholds
	$(BIN)/python scripts/evaluate.py

bench: $(VENV)/installed-dev  ## time builds and answers beside plain sentence-transformers
	$(BIN)/python scripts/bench/compare.py

load: $(VENV)/installed-dev  ## load a running server at HOST with CALLERS=8 for SECONDS
	@$(BIN)/python -m pip install -q 'locust>=2.40'
	$(BIN)/locust -f scripts/locustfile.py --headless -u $(CALLERS) -r 100 -t $(SECONDS)s --host $(HOST)

fuzz: $(VENV)/installed-dev  ## hostile input for readers, chunker, rules and questions (SECONDS=180 a target)
	@$(BIN)/python -m pip install -q 'atheris>=2.3'
	@$(BIN)/faqbot build corpus --index $(INDEX) --if-changed  # for the questions
	$(BIN)/python tests/fuzzing.py $(SECONDS)

clean:  ## remove the environment and build files
	rm -rf $(VENV) build

# torch goes first and alone: pip then finds the CPU wheel of exactly this version where one is provided.
$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "faqbot needs Python 3.11 or newer, found " + sys.version.split()[0] + ". Run: make PYTHON=python3.11 chat")'
	@echo "Making the environment in $(VENV): some minutes, once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q -c constraints.txt torch
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[all]'
	@$(BIN)/python -m compileall -q src
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/faqbot safety-rules >/dev/null  # which keeps the rules ready for a quick start
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Adding what tests need to $(VENV)"
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[all,dev,langchain,milvus]'
	@touch $@
