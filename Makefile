# Everything that README promises. `make` alone lists the targets.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
BASELINES := refuser complier chance first-option yes

.DEFAULT_GOAL := help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "assay needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@echo "making the environment in $(VENV) (once)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/run ## measure five baselines on the embedded suite and compare them (no key, no network)
	@runs=; for name in $(BASELINES); do \
		echo "assay run baseline/$$name"; \
		printed=$$($(BIN)/assay run baseline/$$name --out runs/demo) || exit 1; \
		runs="$$runs $$(echo "$$printed" | sed -n 's|/result.json .*||p')"; \
	done; \
	echo; echo "assay compare$$runs"; echo; $(BIN)/assay compare $$runs
	@echo; echo "README.md says what each baseline shows. One run in full: $(BIN)/assay run baseline/chance --out runs/demo"

test: $(VENV)/dev ## pass the tests
	$(BIN)/python -m pytest -n 2

check: $(VENV)/dev ## lint, format, types, and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

cover: $(VENV)/dev ## coverage of the floors that must be complete
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage report --fail-under=100 --include='src/assay/schema.py,src/assay/parse/*,src/assay/parse.py,src/assay/judges/*,src/assay/metrics/*,src/assay/stats/*,src/assay/upstream/*'

bench: $(VENV)/run ## samples per second, CPU a sample and memory of a whole run
	$(BIN)/python benchmarks/engine.py

fix: $(VENV)/dev ## format, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

pins: ## write requirements/*.txt anew (needs uv)
	for set in run dev; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate requirements/$$set.in -o requirements/$$set.txt; done

clean: ## remove the environment and caches (runs stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: help demo test check cover bench fix pins clean
