# SPDX-License-Identifier: Apache-2.0
# The newcomer's door: every goal below is enough on a fresh Debian 12 with git, make, gcc and Python 3.11.
# It installs what is missing, builds what has changed, and runs. How things are compiled is in native/ and setup.py.

PYTHON ?= python3.11
PREFIX ?= /usr/local
DESTDIR ?=
# Options passed through: make demo DEMO="--interval 20ms", make test TEST="-k agenda", make bench BENCH=--full or BENCH="forward --quick",
# make fuzz FUZZ="600 replay"
DEMO ?=
TEST ?=
BENCH ?=
SOAK ?=
FUZZ ?= 300

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

venv := .venv/bin
stamps := build/stamps
# What the compiled parts are made from: a change here rebuilds, a change in Python code does not need to.
sources := $(wildcard $(shell git ls-files -co --exclude-standard native '*.pyx' '*.pxd')) setup.py pyproject.toml
c_files := git ls-files -z -co --exclude-standard 'native/*.[ch]' 'tests/*.[ch]'

.PHONY: help
help: ## print this help
	@echo "Goals:"
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/    make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s '|' 2>/dev/null \
		|| sed -nE 's/^([a-z-]+):[^#]*## (.*)/    make \1: \2/p' $(firstword $(MAKEFILE_LIST))
	@echo 'Options pass through: make demo DEMO="--interval 20ms", make test TEST="-k agenda", make install PREFIX=/usr'

.PHONY: demo demo-kernel test conformance bench fuzz soak build lint format install clean packages-build packages-test packages-bench
demo: build ## two routers, a route server, a cable that is cut: the whole story in memory, no root needed
	@$(venv)/bfd-fastpath demo $(DEMO)

demo-kernel: packages-test build ## the same story between network namespaces with FRR as the other router (root)
	@$(venv)/bfd-fastpath demo --kernel $(DEMO)

test: packages-test build $(stamps)/test ## every test that this machine can run; says what was skipped and why
	@$(venv)/python -m pytest $(TEST)

conformance: packages-test build ## our engine, FRR and BIRD against RFC 5880, into docs/conformance.md (root, 15 minutes)
	@$(venv)/python -m tests.interop.conformance

bench: packages-bench build $(stamps)/test ## what this machine does, beside its peers, in fifteen minutes; BENCH="forward --quick": one suite
	@$(venv)/bfd-fastpath bench $(BENCH)

fuzz: packages-test build $(stamps)/test ## hostile input for what reads packets and files, five minutes a target (FUZZ="seconds [target]")
	@tests/fuzz/run $(FUZZ)

build: packages-build $(stamps)/build ## Debian packages, .venv, libpydp.so and the Python extensions

soak: build $(stamps)/test ## BFD in virtual time against an adversary, for ten minutes: SOAK="--minutes 60 --seed 7"
	@$(venv)/python -m tests.soak $(SOAK)

lint: packages-build $(stamps)/test $(stamps)/build ## ruff, mypy --strict, clang-format, C warnings as errors
	$(venv)/ruff check .
	$(venv)/ruff format --check .
	$(venv)/mypy
	$(c_files) | xargs -0 $(venv)/clang-format --dry-run -Werror
	$(MAKE) -s -C native WERROR=1 all

format: $(stamps)/test ## rewrite C and Python as the linters want them
	$(venv)/ruff check -q --fix . || true
	$(venv)/ruff format -q .
	$(c_files) | xargs -0 $(venv)/clang-format -i

install: packages-build ## libpydp.so, headers and pydp.pc below DESTDIR/PREFIX
	$(MAKE) -C native install PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)"

clean: ## remove what was built, and .venv
	-$(MAKE) -s -C native clean
	rm -rf build dist .venv *.egg-info pydp/_lib .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find pydp bfd_fastpath tests benches \( -name '*.so' -o -name __pycache__ \) -prune -exec rm -rf {} + 2>/dev/null || true

packages-build:
	@.ci/packages build

packages-test:
	@.ci/packages build test

packages-bench:
	@.ci/packages build test bench

# Make compares times; the list of requirements is remade when pyproject.toml changes but keeps its time when it says the same.
# Kept: their age decides whether anything is installed again.
.PRECIOUS: build/requirements-%.txt $(stamps)/%
build/requirements-%.txt: pyproject.toml .ci/requirements
	@mkdir -p $(@D)
	@$(PYTHON) .ci/requirements $* >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(venv)/python:
	$(PYTHON) -m venv .venv

$(stamps)/%: build/requirements-%.txt | $(venv)/python
	@mkdir -p $(@D)
	$(venv)/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

$(stamps)/build: $(stamps)/runtime $(sources)
	@mkdir -p $(@D)
	$(venv)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
