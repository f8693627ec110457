# Two commands do everything: `make run` and `make test`. Python 3.11+ and make are all they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first of these that will do. A distribution's own Python is built with its optimiser, which one
# built by hand (by pyenv, say) usually is not: 7 to 9 % more payments a second come through.
PYTHON ?= $(shell for each in /usr/bin/python3 python3; do \
  $$each -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
  done; echo $$each)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# A flaky registry is asked again, with growing pauses.
RETRY := scripts/retry

export UV_HTTP_TIMEOUT ?= 120
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: help run test web tour lighthouse chaos check format lint types imports drift lock migration hooks browser clean

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/runtime  ## start everything on an embedded PostgreSQL, with demo data
	@scripts/web build || echo "The web application could not be built; the API runs without it."
	@$(BIN)/tongbao run

test: $(VENV)/dev browser $(if $(TESTS),,web)  ## run every test, in parallel, with coverage
	@scripts/test $(TESTS)

web: $(VENV)/dev  ## the web application: types, unit tests, words, build, sizes
	@scripts/web check

tour: $(VENV)/dev browser  ## a picture of every page in tour/, and the few of the documents anew
	@scripts/web build && mkdir -p tour
	@TONGBAO_SCREENSHOTS=$(CURDIR)/tour $(BIN)/pytest -q tests/e2e/test_web_pages.py
	@$(BIN)/python scripts/pictures tour docs/pictures

lighthouse: $(VENV)/dev browser  ## how fast pages are on a phone: log-in, home, transfer
	@scripts/lighthouse

chaos: $(VENV)/dev  ## thousands of payments, channels that misbehave, and kill -9 of everything
	@TONGBAO_CHAOS_PAYMENTS=$(or $(PAYMENTS),3000) TONGBAO_CHAOS_KILLS=$(or $(KILLS),60) $(BIN)/pytest -q tests/chaos

check: $(VENV)/dev format lint types imports drift test  ## everything CI checks, in one command

format: $(VENV)/dev  ## is the code formatted? (FIX=1 formats it)
	@$(BIN)/ruff format $(if $(FIX),,--check) .

lint: $(VENV)/dev  ## ruff and bandit (FIX=1 mends what can be mended)
	@$(BIN)/ruff check $(if $(FIX),--fix,) .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive --severity-level medium src

types: $(VENV)/dev  ## mypy, strict
	@$(BIN)/mypy

imports: $(VENV)/dev  ## the direction of imports
	@$(BIN)/lint-imports

drift: $(VENV)/dev  ## do OpenAPI and event schemas match the code? (FIX=1 writes them)
	@$(BIN)/tongbao openapi $(if $(FIX),,--check)

browser: $(VENV)/dev  ## install Chromium and Chinese fonts by apt, where that is possible
	@scripts/browser

migration: $(VENV)/dev  ## draft a migration for what changed in the tables (m="what changes")
	@$(BIN)/python -m tongbao.app.draft_migration $(m)
	@$(BIN)/ruff check --quiet --fix src/tongbao/infra/migrations/versions
	@$(BIN)/ruff format --quiet src/tongbao/infra/migrations/versions

hooks: $(VENV)/dev  ## run the quick checks before each commit
	@$(BIN)/pre-commit install

lock: $(VENV)/dev  ## pin the newest allowed versions of all dependencies
	@$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra ocr pyproject.toml --output-file requirements/runtime.txt
	@$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --group dev pyproject.toml --constraints requirements/runtime.txt --output-file requirements/dev.txt
	@$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --only-group web pyproject.toml --output-file requirements/web.txt

clean:  ## remove the environment, what was built and the demo's data
	@rm -rf $(VENV) .tongbao web/node_modules src/tongbao/app/site/dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tongbao needs Python 3.11 or newer; this is $$($(PYTHON) --version). Set PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "venv is missing: on Debian, apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(UV): requirements/uv.txt | $(BIN)/python
	@$(RETRY) $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
	@touch $(UV)

$(VENV)/runtime: requirements/runtime.txt pyproject.toml | $(UV)
	@echo "Installing what Tongbao runs on ..."
	@$(RETRY) $(UV) pip install --quiet --require-hashes --requirement requirements/runtime.txt
	@scripts/install-package
	@touch $@

$(VENV)/dev: requirements/dev.txt requirements/runtime.txt pyproject.toml | $(UV)
	@echo "Installing what the tests need ..."
	@$(RETRY) $(UV) pip install --quiet --require-hashes --requirement requirements/dev.txt
	@scripts/install-package
	@touch $@ $(VENV)/runtime
