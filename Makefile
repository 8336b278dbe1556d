# make run: set everything up and serve. make test: set everything up and pass the tests. make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
INSTALL := $(BIN)/python -m uv pip install --python $(BIN)/python
export TAZALYQ_ENV ?= development
# The tests start a hundred processes of ours: what Python has compiled is kept, whatever the machine says.
unexport PYTHONDONTWRITEBYTECODE
export PORT ?= 8000
EVENTS ?= 150
VOLUNTEERS ?= 900
SEED ?= 1

# An environment that a too old Python has made, or that has been moved, is made anew.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
$(shell test -e $(BIN)/python && ! $(BIN)/python $(NEW_ENOUGH) 2> /dev/null && rm -rf $(VENV))

.DEFAULT_GOAL := help
.PHONY: help run test check full format lint types imports migrations faults mutants benchmarks season evidence requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(VENV)/uv:
	@$(PYTHON) $(NEW_ENOUGH) 2> /dev/null || { echo "Tazalyq needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): PYTHON=python3.11 make run"; exit 1; }
	@echo "Setting up the environment in $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off $(UV)
	@touch $@

$(VENV)/runtime: $(VENV)/uv requirements.txt
	$(INSTALL) --requirement requirements.txt
	@touch $@

$(VENV)/installed: $(VENV)/runtime requirements-dev.txt
	$(INSTALL) --requirement requirements-dev.txt
	@touch $@

run: $(VENV)/runtime ## set up, load the demo once, serve on PORT, and print where to look
	@$(BIN)/python -m cli.developing

test: $(VENV)/installed ## set up and run all tests (TEST_DATABASE_URL chooses another PostgreSQL)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/installed ## everything that must hold before a change lands, two things at once
	$(MAKE) --jobs=2 format lint imports test types migrations

full: $(VENV)/installed ## what takes longer: all clients, real proxies, Schemathesis in full; then mutants and benchmarks
	$(BIN)/python -m pytest -m full
	$(MAKE) mutants benchmarks

evidence: $(VENV)/installed ## which figures of docs/evidence.md are older than what they measure
	$(BIN)/python -m tools.evidence

format: $(VENV)/installed ## the layout of the code
	$(BIN)/ruff format --check .

lint: $(VENV)/installed ## the linter's rules
	$(BIN)/ruff check .

types: $(VENV)/installed ## mypy, strict
	$(BIN)/mypy .

imports: $(VENV)/installed ## the layers
	$(BIN)/lint-imports

migrations: $(VENV)/installed ## models and migrations agree
	$(BIN)/flask db upgrade
	$(BIN)/flask db check

faults: $(VENV)/installed ## kill workers, stop PostgreSQL, let Firebase fail; print what became of the pushes
	$(BIN)/python -m pytest tests/faults -m faults -s

mutants: $(VENV)/installed ## change the rules of presence, places and counts in small ways: a test must notice
	$(BIN)/python -m tools.mutants

BENCHMARKS := check_in batch announcement push counts nearby export pages slow_phone moved_end honest_phones

benchmarks: $(VENV)/installed ## run each benchmark in turn, each figure beside its floor
	for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

season: $(VENV)/installed ## play a season of EVENTS and VOLUNTEERS against a service of its own; DATABASE=url keeps it
	$(BIN)/python -m benchmarks.season --events $(EVENTS) --volunteers $(VOLUNTEERS) --seed $(SEED) \
		$(if $(DATABASE),--database '$(DATABASE)')

COMPILE := $(BIN)/python -m uv pip compile --quiet --strip-extras --no-emit-index-url --python-version 3.11

requirements: $(VENV)/installed ## compile the pinned requirements anew
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt requirements-dev.in

clean: ## forget the virtual environment (data in var/ stay)
	rm -rf $(VENV)
