# The NTK book. `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
HTML := _build/html
PORT ?= 8000
# Workers of `make test`. A notebook, or a file of tests, stays on one of them.
JOBS ?= 2
NB ?= $(wildcard book/*.ipynb)
# Stored outputs must not depend on a plotting backend or a path that a user has set.
unexport MPLBACKEND PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help book test check execute serve bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' Makefile
	@echo "  PYTHON=python3.12 chooses the interpreter, NB=book/gradient_flow.ipynb one notebook, PORT=8000 the port, JOBS=2 the workers of test."

# The stamp is made last: an install that was cut short is done again.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The book needs Python 3.11 or newer, and '$(PYTHON)' is not: try 'make PYTHON=python3.12 $(MAKECMDGOALS)'." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (about 1.2 GB; once) ..."
	@# uv, itself from the lock, is ten times faster than pip. Where it finds no index, pip does the same.
	@awk '/^[A-Za-z0-9]/ { keep = /^uv==/ } keep' requirements.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt \
	  || $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt
	@# The build backend stands in the lock too: nothing is fetched here.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# All pages, every time (seconds): an incremental build does not repeat a warning, and misses a new style sheet.
book: $(STAMP) ## build the site from the stored outputs
	@rm -rf $(HTML)
	@$(BIN)/jupyter-book build . --all -W -n --keep-going
	@echo
	@echo "The book: $(abspath $(HTML))/index.html    (or 'make serve')"

# One thread of BLAS for each worker: two would wait for each other. Files in the order of `tests/conftest.py`.
test: $(STAMP) ## every test: package, notebooks (strict nbval), linters, site
	@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env book tests

check: $(STAMP) ## format, lint, import rules, notebook rules; seconds
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.book.notebook_lint book

execute: $(STAMP) ## run the notebooks again, in place
	@$(BIN)/python -m tests.book.execute $(NB)

serve: book ## build, and show the site on this machine only
	@echo "http://127.0.0.1:$(PORT)/    (Ctrl-C stops it)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(HTML) $(PORT)

PEER := .venv-neural-tangents
BENCH ?=
# The library that ours is compared with runs on an older JAX, so it has an environment of its own.
$(PEER)/.installed: benchmarks/neural_tangents.txt | $(STAMP)
	@$(BIN)/uv venv --quiet --clear --python 3.11 $(PEER)
	@$(BIN)/uv pip install --quiet --python $(PEER)/bin/python --no-deps --require-hashes -r benchmarks/neural_tangents.txt
	@touch $@

bench: $(STAMP) $(PEER)/.installed ## time the package beside neural-tangents; BENCH=--targets for what must be reached
	@set -e; for name in fully_connected convolutional empirical prediction first_result growth; do \
	  echo "== $$name"; $(BIN)/python -m benchmarks.$$name $(BENCH); done
	@test -n "$(BENCH)" || $(BIN)/python benchmarks/proof_engine.py
	@$(BIN)/python -m benchmarks.table

lock: $(STAMP) ## renew requirements.txt from pyproject.toml
	@$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o $(VENV)/lock.txt
	@{ sed -n '/^#/p' requirements.txt; cat $(VENV)/lock.txt; } > $(VENV)/requirements.txt
	@mv $(VENV)/requirements.txt requirements.txt

clean: ## remove the site and the caches; keeps the environment
	@rm -rf _build .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	@find ntkbook tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
