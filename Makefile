# Two commands for a newcomer: `make chat` and `make test`. Options for the chat: make chat ARGS="--port 8080"
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INDEX := index
ARGS ?=
SECONDS ?= 180
# Processes that the tests are spread over, a file at a time, the longest first (tests/conftest.py); 0 is none but one.
TESTERS ?= 2

export HF_HUB_OFFLINE ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.PHONY: chat index test check fix eval bench load fuzz clean

chat: $(VENV)/installed
	@$(BIN)/faqbot build corpus --index $(INDEX) --if-changed
	@$(BIN)/faqbot serve --index $(INDEX) $(ARGS)

index: $(VENV)/installed
	$(BIN)/faqbot build corpus --index $(INDEX)

test: export OMP_NUM_THREADS ?= 1
test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

fix: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: $(VENV)/installed-dev
	$(BIN)/python scripts/evaluate.py

bench: $(VENV)/installed-dev
	$(BIN)/python scripts/bench/compare.py

# A server under many callers, hostile input, and tests that must notice broken code: docs/reliability.md.
load: $(VENV)/installed-dev
	@$(BIN)/python -m pip install -q 'locust>=2.40'
	$(BIN)/python scripts/load/run.py

fuzz: $(VENV)/installed-dev
	@$(BIN)/python -m pip install -q 'atheris>=2.3'
	@$(BIN)/faqbot build corpus --index $(INDEX) --if-changed  # for the questions
	$(BIN)/python tests/fuzzing.py $(SECONDS)

clean:
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
