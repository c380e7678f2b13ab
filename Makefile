# make reproduce [PROFILE=quick|cpu|paper] [PAPER=name] [DATA=folder]   every table and figure, then the page's path
# make test | bench | lab | lint | publish | clean
PYTHON ?= python3
PROFILE ?= quick
PAPER ?=
DATA ?=
RUN := .venv/bin/python

export OMP_NUM_THREADS = 1

.PHONY: reproduce test bench lab lint publish clean

reproduce: .venv/installed
	@$(RUN) -m helpers run --profile $(PROFILE) $(if $(PAPER),--paper $(PAPER)) $(if $(DATA),--data "$(DATA)")

test: .venv/installed
	@$(RUN) -m pytest

bench: .venv/installed
	@$(RUN) -m helpers.runner.bench

# Working copies, so that the committed notebooks stay as they are; a fresh one: delete its copy and call this again.
lab: .venv/installed
	@mkdir -p lab && cp -n notebooks/*.ipynb lab/ && echo "lab/ holds your copies; delete one and run make lab for a fresh one"
	@.venv/bin/jupyter lab $(ARGS) lab

lint: .venv/installed
	@.venv/bin/ruff check .

publish: .venv/installed
	@$(RUN) -m helpers report --publish

clean:
	@if [ -x $(RUN) ]; then $(RUN) -m helpers clean --everything; fi
	@rm -rf .venv reports/quick reports/custom

.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with PYTHON=python3.11")'
	@echo "installing into .venv (about two minutes the first time)"
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch .venv/installed
