# make run: set everything up and serve. make test: set everything up and pass the tests. make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export TAZALYQ_ENV ?= development
export PORT ?= 8000
EVENTS ?= 150
VOLUNTEERS ?= 900
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help run test check format lint types imports migrations faults season requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(VENV)/installed: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt --requirement requirements-dev.txt
	touch $@

run: $(VENV)/installed ## set up, load the demo once, serve on PORT, and print where to look
	$(BIN)/flask db upgrade
	$(BIN)/flask demo
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/honcho start web worker

test: $(VENV)/installed ## set up and run all tests (TEST_DATABASE_URL chooses another PostgreSQL)
	$(BIN)/python -m pytest

check: format lint types imports migrations test ## everything that must hold before a change lands

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

season: $(VENV)/installed ## play a season of EVENTS and VOLUNTEERS against a service of its own
	$(BIN)/python -m benchmarks.season --events $(EVENTS) --volunteers $(VOLUNTEERS) --seed $(SEED)

requirements: $(VENV)/installed ## compile the pinned requirements anew
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras -o requirements.txt requirements.in
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras -o requirements-dev.txt requirements-dev.in

clean: ## forget the virtual environment (data in var/ stay)
	rm -rf $(VENV)
