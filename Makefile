# Clearway's commands. `make` lists them; each needs nothing but Python 3.11 or later, git and a package registry.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
READY := $(VENV)/.ready

##@ Try it
.PHONY: demo storm up down
demo: $(READY) ## 60 lists through the whole stack, 45 days in about a minute; ARGS=--keep leaves it running
	@$(PYTHON) -m deploy.demo $(ARGS)

storm: $(READY) ## 500 lists while customs misbehaves and parts are killed, reconciled at the end; SEED=… LISTS=5000 ARGS=--help
	@$(PYTHON) -m deploy.storm $(if $(SEED),--seed $(SEED)) $(if $(LISTS),--lists $(LISTS)) \
	  $(if $(MISHAPS),--mishaps $(MISHAPS)) $(ARGS)

up: $(READY) ## start the stack in the background; DATA=demo serves the demo's lists, UP=--help tells the ports
	@$(PYTHON) -m deploy.up up $(if $(DATA),--data $(DATA)) $(UP)

down: $(READY) ## end what `make up` started; the data stays
	@$(PYTHON) -m deploy.up down

##@ Work on it
.PHONY: check format test bench docs
check: $(READY) ## lint, format, types, imports: everything but the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: $(READY) ## run the tests, several files at once; T=tests/rules narrows, ARGS='-k return -x' goes to pytest
	$(BIN)/pytest $(or $(T),--numprocesses 3 --dist loadfile --no-loadscope-reorder) $(ARGS)

bench: $(READY) ## what a list costs, in a few minutes; ARGS=all measures everything, ARGS=--help tells what
	@$(PYTHON) -m bench $(ARGS)

docs: $(READY) ## write the generated parts of the documentation anew
	$(PYTHON) -m deploy.generated

##@ Keep house
.PHONY: install lock clean help
install: $(READY) ## make .venv with every pinned dependency (the other commands do so by themselves)

lock: $(READY) ## pin the dependencies of pyproject.toml anew, with hashes
	$(BIN)/uv pip compile --quiet --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate pyproject.toml -o requirements.lock

clean: ## remove caches, .run/ and build results, not .venv; ends the stack first
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m deploy.up down; fi
	rm -rf .run dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

help:
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Once per lock file: the second time nothing is done.
$(READY): requirements.lock pyproject.toml
	@deploy/install $(VENV)
	@touch $@
