# The one list of tasks: people and CI run the same.  `make help` names them.

.DEFAULT_GOAL := help
.PHONY: help demo test tests check lint format types imports parts board-types bench pictures lock clean

# the first Python on the path that is new enough; PYTHON=... chooses another
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
RUN := PYTHONPATH=$(CURDIR) .venv/bin/python
SOURCES := $(wildcard schemas streams services tests deploy)

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/lock ## start the local stack, publish real orders, compare with published figures
	@./nsm demo

test: check parts tests ## everything that must hold: check, then all tests

tests: ARGS ?= --numprocesses 2 --dist worksteal
tests: .venv/lock ## the tests alone, in two processes, of which one begins with those of servers, which wait more than they compute; ARGS="tests/schemas -k topic" chooses, in one
	@$(RUN) -m pytest $(ARGS)

check: lint types imports ## what can be known without running: lint, types, import rules

lint: .venv/lock
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

format: .venv/lock ## write the code the one way it is written
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

types: .venv/lock
	@.venv/bin/mypy

imports: .venv/lock
	@PYTHONPATH=$(CURDIR) .venv/bin/lint-imports

parts: .venv/lock ## the servers that the stack and the tests run: install or name what is missing
	@$(RUN) -m services.local

board-types: .venv/lock ## hold the boards to Grafana's own types (needs npm)
	@$(RUN) -m tests.grafana_types.check

bench: .venv/lock parts ## speed beside exactness, written to build/bench.json; ARGS="--events 100000" for less
	@$(RUN) -m tests.benchmarks.bench $(ARGS)

pictures: .venv/lock parts ## draw the terminal board over the demo's orders again, into docs/pictures
	@$(RUN) -m tests.pictures

# Every package at its exact version, checked against its hash. The copy of the lock says what .venv holds.
.venv/lock: deploy/requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@echo "making .venv with $(PYTHON), which takes a minute or two" >&2
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-dev.txt
	@cp deploy/requirements-dev.txt .venv/lock

lock: ## resolve pyproject.toml again into versions and hashes
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/pip install --quiet --disable-pip-version-check pip-tools==7.6.2
	@env -u PIP_FIND_LINKS build/lock/bin/pip-compile $(LOCK) -o deploy/requirements.txt pyproject.toml
	@env -u PIP_FIND_LINKS build/lock/bin/pip-compile $(LOCK) --extra dev -o deploy/requirements-dev.txt pyproject.toml
LOCK := --quiet --no-header --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host

clean: ## all that was made, but not the data of a stack (.nsm)
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache deploy/kafka/target
