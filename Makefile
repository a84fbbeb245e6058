# handful: `make help` lists what can be made. Everything is installed into .venv; nothing else on the machine is
# touched, but for the browser that `make test` installs on Debian when run as root.
#
#   PYTHON  the interpreter that .venv is made from (3.11 or newer), e.g. make setup PYTHON=python3.13
#   VENV    where the virtual environment lives

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
RUN    := $(VENV)/installed-run
DEV    := $(VENV)/installed-dev
DEMO   := build/demo/study.yaml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint browser office docs bench verify picture clean

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(DEV) ## make .venv with everything needed to work on handful

demo: $(DEMO) ## compare the candidate designs of the bundled study, say where the report lies, and open the app
	$(BIN)/handful compare $(DEMO)
	@if [ -t 1 ]; then echo; $(BIN)/handful serve --open $(dir $(DEMO)); \
	else echo "To change the study and look again: $(BIN)/handful serve $(dir $(DEMO))"; fi

$(DEMO): | $(RUN)
	@$(BIN)/handful new $(@D) --template stargardt-rpe

test: lint browser office ## check style, types and floors, then run every test, doctest and code block of the docs
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -n 2

lint: $(DEV) ## check style, types and floors only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: ## find the browser the tests drive, or install it (Debian, as root)
	@.ci/browser

office: ## find LibreOffice and poppler, which open what is written, or install them (Debian, as root)
	@.ci/office

docs: $(DEV) ## build the documentation into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

bench: $(DEV) ## measure speed and memory as ratios on this machine
	$(BIN)/python -m benchmarks

verify: $(DEV) ## run the long statistical studies and write build/verification.md
	$(BIN)/python -m verification

picture: $(DEV) $(DEMO) browser ## draw the picture of the report that README.md shows
	$(BIN)/handful compare $(DEMO)
	$(BIN)/python docs/picture.py build/demo/study-results/report.html docs/_static/report.png 1280 light

clean: ## remove what was built; .venv stays
	rm -rf build dist docs/_build docs/reference/api .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The two stages of an installation. Each is done again when a dependency or a pinned version changes, and not otherwise.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "handful needs Python 3.11 or newer and '$(PYTHON)' is not. Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "No virtual environment could be made in $(VENV). On Debian: apt-get install -y python3-venv"; exit 1; }

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing handful and what it needs into $(VENV), about 600 MB; this is done once."
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing handful and the tools to work on it into $(VENV), about 800 MB; this is done once."
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(RUN) $@
