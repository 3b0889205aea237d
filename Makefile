# `make chat` and `make test` do all the set-up they need; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
RUN := HF_HUB_OFFLINE=1 GRADIO_ANALYTICS_ENABLED=False $(PY)

.DEFAULT_GOAL := help
.PHONY: help install install-test install-check install-evals index chat test check evals evals-quick bench clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

install: $(VENV)/.installed ## Make .venv with all that running needs

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Citewell needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Citewell into $(VENV) (a few minutes the first time)"
	@# torch goes first and pinned: an open range would pull several gigabytes of GPU packages.
	$(PIP) install --quiet -c constraints.txt torch
	$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

install-test: $(VENV)/.installed-test
$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Installing what the tests need"
	$(PIP) install --quiet -c constraints.txt -e '.[test,evals]'
	@touch $@

install-check: $(VENV)/.installed-check
$(VENV)/.installed-check: $(VENV)/.installed-test
	$(PIP) install --quiet -c constraints.txt -e '.[test,check,evals,inspect]'
	@touch $@

.PHONY: postgresql
postgresql:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing PostgreSQL for the journal's tests"; apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; \
	  else echo "No PostgreSQL here: its tests will be skipped by name (install the package postgresql to run them)"; fi; fi

.PHONY: chromium
chromium:
	@if ! command -v chromium >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Chromium for the browser tests"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else echo "No Chromium here: the browser tests will be skipped by name (install the package chromium to run them)"; fi; fi

index: install ## Build the search index and the safety screen, unless they are current
	@$(RUN) -m assistant build

chat: install ## Set everything up and open the chat at http://127.0.0.1:7860
	@$(RUN) -m ui --browser

test: install-test chromium postgresql ## Set everything up and run the tests
	@$(RUN) -m assistant build
	@echo "Tests that measure time, one after the other"
	@$(RUN) -m pytest --quiet -m timing
	@echo "All other tests, two at a time"
	@$(RUN) -m pytest --numprocesses 2 --dist loadfile -m "not timing"

check: install-check ## Lint, types, import rules, content rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m corpus check

install-evals: $(VENV)/.installed-evals
$(VENV)/.installed-evals: $(VENV)/.installed
	$(PIP) install --quiet -c constraints.txt -e '.[evals]'
	@touch $@

evals: install-evals ## Measure answers and safety on our own question sets, and gate on the figures
	@$(RUN) -m evals sets
	@$(RUN) -m evals run
	@$(RUN) -m evals gate

evals-quick: install-evals ## The same on a quarter of the cases
	@$(RUN) -m evals sets
	@$(RUN) -m evals run --quick
	@$(RUN) -m evals gate

bench: install-test ## Measure speed and memory
	@$(RUN) -m evals bench

clean: ## Remove the index and caches; .venv stays
	rm -rf .citewell .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
