# Every target sets up what it needs: a machine with Python 3.11 or 3.12 and a network is enough.
.DEFAULT_GOAL := help
.PHONY: run round test test-slow first-steps attacks check docs docs-serve ci bench mutants trusted-mutants fuzz golden clean help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# a process a core, each with its own Lean
TESTS := $(BIN)/python -m pytest -q -n auto --dist loadfile
# nothing at the root can pass for a module of Python or of a library there
GATE := $(BIN)/python -I -S verify/isolated.py ci
# without the variable the theme prints a notice of its own
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs
# `:=` would ask on every call; this asks only where the environment is made
FIND_PYTHON = for p in python3 python3.12 python3.11; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' >/dev/null 2>&1 \
	&& { echo "$$p"; exit; }; done

BUDGET ?= 10m
run: $(STAMP) tools ## set up, then improve the specs in specs/, offline, in a graph of its own (.qed/run/accepted): make run BUDGET=10m
	@$(BIN)/qed run --accepted .qed/run/accepted --budget $(BUDGET)

round: $(STAMP) tools ## one run on specs/ that adds to the tracked graph accepted/
	@$(BIN)/qed run --accepted accepted --budget $(BUDGET)

test: $(STAMP) tools ## set up, then run the tests
	@$(TESTS) -m "not slow"

test-slow: $(STAMP) tools ## the tests that prove for minutes
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m slow

first-steps: $(STAMP) tools ## what a stranger does first, held against what the tutorial shows
	@$(BIN)/python tests/first_steps.py --qed $(BIN)/qed

attacks: $(STAMP) tools ## try everything that must be refused, and print what became of each: make attacks ONLY="L03 Z G05"
	@$(BIN)/python -m tests.attacks $(ONLY)

check: $(STAMP) tools ## what CI runs: style, types, the border between verify and loop, tests, and every proof again
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(TESTS) -m "not slow"
	@$(GATE) --all

docs: $(STAMP) ## build the documentation as a site, in build/docs, and say how many of its commands are run by tests
	@$(MKDOCS) build --strict --quiet --site-dir build/docs
	@$(BIN)/python -m tests.docs | tail -n 1
	@echo build/docs/index.html

docs-serve: $(STAMP) ## show the site at http://127.0.0.1:8008, and build it anew whenever a page changes
	@$(MKDOCS) serve --strict --dev-addr 127.0.0.1:8008

ci: $(STAMP) tools ## prove every node of accepted/ again
	@$(GATE) --all

bench: $(STAMP) tools ## measure the time of a check, the soak of Lean sessions, and the prover on held-out theorems (hours)
	@$(BIN)/python bench/check_latency.py
	@$(BIN)/python bench/soak.py
	@$(BIN)/python bench/prove_heldout.py --list heldout --order bench/tactic_order.json --each

COUNT ?= 2000
mutants: $(STAMP) tools ## judge mutants of right candidates; none that differs may be accepted: make mutants COUNT=2000 SEED=0
	@$(BIN)/python bench/mutants.py --count $(COUNT) --seed $(SEED)

EACH ?= 40
trusted-mutants: $(STAMP) ## judge mutants of the modules that decide by their tests, and print the score of each: make trusted-mutants EACH=40 SEED=0
	@$(BIN)/python bench/trusted_mutants.py --count $(EACH) --seed $(SEED)

SECONDS ?= 60
SEED ?= 0
fuzz: $(STAMP) ## compare the readings of the language on random programs: make fuzz SECONDS=60 SEED=0
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED)

golden: $(STAMP) ## write the statements in tests/golden and docs/command-line.md anew
	@QED_GOLDEN=1 $(BIN)/python -m pytest -q tests/unit/test_statement.py
	@$(BIN)/python -m tests.command_page

clean: ## remove the environment, the graph of `make run` and all caches; accepted/ stays
	@rm -rf $(VENV) .qed build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: tools
tools: $(STAMP)
	@$(BIN)/qed doctor --install --quiet

$(STAMP): pyproject.toml
	@python=$$($(FIND_PYTHON)); if [ -z "$$python" ]; then \
		echo "qed needs Python 3.11 or 3.12 with venv; on Debian or Ubuntu: apt-get install python3 python3-venv" >&2; exit 1; fi; \
	echo "setting up $(VENV) with $$python (a minute or two, once)" >&2; \
	"$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --editable '.[dev]'
	@touch $(STAMP)
