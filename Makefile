# Every command that a person or CI runs. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
ROUNDS ?= 20
ARGS ?=

# The first Python on the path that is new enough; PYTHON=... overrides.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$one && break; done)

##@ Use

.PHONY: setup
setup: $(STAMP) ## Make .venv with everything in it, at the versions of requirements.lock, and the UI
	@$(BIN)/python -m tools.ui build --lenient

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Headwater needs Python 3.11 or later on the path" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "this Python has no venv; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(BIN)/uv: | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/uv
	@echo "installing the locked packages into $(VENV) ..."
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

.PHONY: demo
demo: $(STAMP) ## Run the platform on real flights and weather; ARGS=--once ends after the summary
	@$(BIN)/python -m tools.ui build --lenient
	@$(BIN)/headwater demo $(ARGS)

.PHONY: ui
ui: $(STAMP) ## Build the web UI into the package; Node comes from the machine or from PyPI
	@$(BIN)/python -m tools.ui build

##@ Check

.PHONY: check
check: $(STAMP) ## Format, lint, types, imports, sizes and counts, changelog fragments
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy -p headwater -p tools
	$(BIN)/lint-imports
	$(BIN)/python -m tools.ratchet
	$(BIN)/python -m tools.changes
	$(BIN)/python -m tools.ui check

.PHONY: test
test: $(STAMP) ## Unit, contract and fault tests; ARGS go to pytest
	HEADWATER_TEST_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -m "not journey and not soak and not browser" $(ARGS)
	@$(BIN)/python -m tools.ui test

.PHONY: journey
journey: $(STAMP) ## Real clients against a running platform; ARGS go to pytest
	HEADWATER_TEST_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/journey $(ARGS)

.PHONY: browser
browser: $(STAMP) ## Every page of the web UI in a real Chromium; ARGS go to pytest
	@$(BIN)/python -m tools.ui build
	HEADWATER_TEST_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest tests/browser $(ARGS)

.PHONY: soak
soak: $(STAMP) ## The same tests with 200 rounds of every crash and property
	HEADWATER_TEST_ROUNDS=200 $(BIN)/python -m pytest -m "not journey and not browser" --timeout=7200 $(ARGS)

.PHONY: bench
bench: $(STAMP) ## Measure side by side; ARGS names subjects, PEER_URL a Marquez to compare with
	@$(BIN)/python -m bench $(ARGS)

##@ Keep up

.PHONY: ui-types
ui-types: $(STAMP) ## Make the UI's types of the API again
	@$(BIN)/python -m tools.ui types

.PHONY: ui-fix
ui-fix: $(STAMP) ## Format the UI's code and mend what can be mended
	@$(BIN)/python -m tools.ui fix

.PHONY: docs
docs: $(STAMP) ## Make docs/reference again, and check every link; fails if a page was stale
	@$(BIN)/python -m tools.reference
	@$(BIN)/python -m tools.links

.PHONY: pictures
pictures: $(STAMP) ## Make docs/pictures again, from the web UI with the demo's data
	@$(BIN)/python -m tools.ui build
	@$(BIN)/python -m tools.pictures $(ARGS)

.PHONY: lock
lock: $(BIN)/uv ## Renew requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip compile --quiet --universal --generate-hashes \
		--no-emit-index-url --no-annotate --extra dev --extra sql --python-version 3.11 \
		pyproject.toml -o requirements.lock

.PHONY: clean
clean: ## Remove everything that make made, .venv too
	@rm -rf $(VENV) build dist bench/results headwater/ui web/node_modules web/build .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	@find headwater tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
