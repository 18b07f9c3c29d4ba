# Every task of daily work; `make` alone lists them. Needs Python 3.11 or newer and make.
# PYTHON=/path/to/python chooses another Python for the environment.

BIN := .venv/bin
INSTALLED := .venv/installed
WARM := .venv/warm
# Reading the settings for a check must neither find a database nor leave a secret behind.
NOWHERE := DATABASE_URL=sqlite://:memory: TEICHAKU_SECRET_KEY=for-checks-alone

.PHONY: help setup run test lint bench fmt
.DEFAULT_GOAL := help

help: ## List the tasks
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(WARM) ## Make .venv with the locked packages and this package

$(INSTALLED): requirements-dev.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" tools/setup.sh
	@touch $@

# Compiles the kernel, so that no first run waits for it.
$(WARM): $(INSTALLED) $(wildcard src/teichaku/engine/*.py)
	@$(BIN)/python -m teichaku.engine.warm
	@touch $@

run: setup ## Serve a made-up company on 127.0.0.1:8000 and print a log-in
	@$(BIN)/teichaku demo

test: setup ## Every test on SQLite, then on PostgreSQL where one answers
	@$(BIN)/python tools/test.py

lint: $(INSTALLED) ## Style, types, who may import whom, sizes, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NOWHERE) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/sizes.py
	$(NOWHERE) $(BIN)/python -m django makemigrations --check --dry-run \
		--settings teichaku.config.settings

bench: setup ## Measure the promised speeds; table here, figures in build/bench.json
	@$(BIN)/python -m benchmarks

fmt: $(INSTALLED) ## Put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NOWHERE) $(BIN)/python -m tools.reference
