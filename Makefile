# One command starts the desk, another proves it. Needs Python 3.11 or newer, make and access to the package registries.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
ARGS ?=
TESTS ?= tests

# A stamp carries the checksum of what it stands for, so a changed lock is noticed and an unchanged one costs nothing.
sum = $(shell cat $(1) 2>/dev/null | cksum | cut -d' ' -f1)
RUN_STAMP := $(VENV)/.run-$(call sum,requirements.txt requirements-build.txt)
TEST_STAMP := $(VENV)/.test-$(call sum,requirements.txt requirements-build.txt requirements-test.txt)
TREE_STAMP := $(VENV)/.tree-$(call sum,pyproject.toml requirements.in hatch_build.py)

.PHONY: help install assets run test lint system-packages test-tools pictures drill bench-sla chaos-sla bench-mail chaos-mail messages lock clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

install: $(TREE_STAMP) assets ## Set up .venv with everything that the program needs

run: install ## Start the demo: make run ARGS="--port 8001"
	@exec $(BIN)/helpdesk demo $(ARGS)

test: install test-tools system-packages lint ## Prove it: style, types, architecture, every test, the browser story
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS) $(ARGS)

lint: install test-tools ## Format, lint, strict types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pictures: install test-tools system-packages ## Take a picture of every page into pictures/
	$(BIN)/python scripts/pictures.py $(ARGS)

drill: install ## Back up, restore and move a desk, compare every row and file: make drill ARGS="--tickets 30000"
	$(BIN)/python scripts/drill.py $(ARGS)

bench-sla: install ## Measure the clocks, alone and in a database of a million: make bench-sla ARGS=--engine-only
	$(BIN)/python scripts/bench_sla.py $(ARGS)

chaos-sla: install ## Kill the workers again and again while deadlines pass: make chaos-sla ARGS="--seed 7"
	$(BIN)/python scripts/chaos_sla.py $(ARGS)

bench-mail: install ## Measure reading a mail, and taking in a thousand from a real server: make bench-mail
	$(BIN)/python scripts/bench_mail.py $(ARGS)

chaos-mail: install ## Kill the workers again and again while mail comes and goes: make chaos-mail ARGS="--seed 7"
	$(BIN)/python scripts/chaos_mail.py $(ARGS)

messages: install ## Collect all sentences into both catalogues and say what has no translation yet
	@$(BIN)/python scripts/messages.py

lock: test-tools ## Write the hashed requirements from the *.in files (ARGS=--upgrade takes newer versions)
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) $(ARGS) --output-file requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) $(ARGS) --output-file requirements-build.txt requirements-build.in
	CUSTOM_COMPILE_COMMAND="make lock" $(LOCK) $(ARGS) --output-file requirements-test.txt requirements-test.in

clean: ## Remove what was built and installed here; the data folder stays
	rm -rf $(VENV) node_modules helpdesk/static/vendor build dist pictures test-results
	find helpdesk -name '*.mo' -delete

assets: $(RUN_STAMP)
	@$(BIN)/python hatch_build.py

test-tools: $(TEST_STAMP)

system-packages:
	@scripts/system-packages

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found."; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make environments here; on Debian the package python3-venv is missing."; exit 1; }

$(RUN_STAMP): | $(BIN)/python
	@echo "Installing the pinned packages ..."
	@$(PIP) install --require-hashes -r requirements.txt -r requirements-build.txt
	@rm -f $(VENV)/.run-* && touch $@

$(TEST_STAMP): $(RUN_STAMP) | $(BIN)/python
	@echo "Installing the test tools ..."
	@$(PIP) install --require-hashes -r requirements-test.txt
	@rm -f $(VENV)/.test-* && touch $@

$(TREE_STAMP): $(RUN_STAMP) | assets
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.tree-* && touch $@
