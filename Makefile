# Everything that README promises. `make` alone lists the targets.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
BASELINES := refuser complier chance first-option yes

.DEFAULT_GOAL := help

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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
	@.ci/chromium
	$(BIN)/python -m pytest -n 3

check: $(VENV)/dev ## lint, format, types, and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

cover: $(VENV)/dev ## coverage of the floors that must be complete
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage report --fail-under=100 --include='src/assay/schema.py,src/assay/parse/*,src/assay/parse.py,src/assay/judges/*,src/assay/metrics/*,src/assay/stats/*,src/assay/upstream/*'

bench: $(VENV)/run bench-peers ## assay beside a bare loop, inspect_ai and lm-eval, some 7 minutes (FULL=1: more, 20)
	$(BIN)/python benchmarks/side_by_side.py $(if $(FULL),--full)
	@if [ -f .bench/plot/made ]; then .bench/plot/bin/python benchmarks/figure.py .bench/side_by_side.json docs/img/bench.svg \
		&& echo "docs/img/bench.svg shows it"; else echo "no figure: its environment is missing"; fi

bench-lost: bench-peers wheel ## what failures, filters, kills and planted verdicts do to assay, inspect_ai and lm-eval (4 minutes)
	$(BIN)/python benchmarks/lost.py --wheel dist/*.whl

bench-peers: ## the environments of the others, in .bench (once; 1.3 GB)
	@for peer in inspect lm-eval plot; do $(MAKE) --no-print-directory .bench/$$peer/made \
		|| echo "the environment of $$peer could not be made: the bench goes on without it"; done

# Complete by its pins, so that nothing is resolved anew; and it hides itself from git.
.bench/%/made: requirements/bench-%.txt
	@echo "making the environment in .bench/$* (once)"
	@mkdir -p .bench && echo '*' > .bench/.gitignore
	@[ -x .bench/$*/bin/python ] || $(PYTHON) -m venv .bench/$*
	@.bench/$*/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

bench-official: $(VENV)/run ## a run of the official data: samples a second, CPU a sample, memory (half a minute)
	$(BIN)/python benchmarks/official.py

bench-memory: $(VENV)/run ## peak memory over 10,000 and 1,000,000 rows (some 6 minutes; ROWS="1000 5000" for others)
	$(BIN)/python benchmarks/memory.py $(if $(ROWS),--rows $(ROWS))

bench-start: $(VENV)/run ## how long assay takes to start
	$(BIN)/python benchmarks/start.py

bench-kills: $(VENV)/run ## 50 SIGKILLs at random moments of a run, and what they did (a minute)
	$(BIN)/python benchmarks/kills.py

bench-viewer: $(VENV)/run ## assay view over 1,000,000 samples: time of its pages, memory (2 minutes at first; ROWS=…)
	$(BIN)/python benchmarks/viewer.py $(if $(ROWS),--rows $(ROWS))

screenshots: $(VENV)/dev ## photograph the pages into docs/img (needs chromium)
	@.ci/chromium
	$(BIN)/python docs/screenshots.py

bench-coverage: $(VENV)/run ## how often intervals cover and tests raise false alarms (some 15 minutes; ONLY="clusters judge")
	$(BIN)/python benchmarks/coverage.py $(if $(ONLY),--only $(ONLY))

bench-resampling: $(VENV)/run ## 10,000 resamples of 100,000 rows (20 seconds)
	$(BIN)/python benchmarks/resampling.py

bench-pins: ## write requirements/bench-*.txt anew (needs uv)
	for set in inspect lm-eval plot; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate requirements/bench-$$set.in -o requirements/bench-$$set.txt; done

align: .neighbours/trl/made ## close the loop on a tiny model: evaluate, export, train with TRL, evaluate again, compare
	PATH="$(CURDIR)/.neighbours/trl/bin:$$PATH" .neighbours/trl/bin/python examples/align/align.py --work runs/align \
		--limit 40 --reply-tokens 12

test-neighbours: .neighbours/trl/made .neighbours/inspect/made .neighbours/lm-eval/made .neighbours/bridge/made ## tests that need big neighbours (torch, TRL, Ray, Inspect, lm-eval, any-llm), in environments of their own
	ASSAY_NEIGHBOURS=1 .neighbours/trl/bin/python -m pytest -q tests/neighbours
	.neighbours/inspect/bin/python -m pytest -q tests/neighbours/test_inspect.py
	.neighbours/lm-eval/bin/python -m pytest -q tests/neighbours/test_lm_eval.py tests/neighbours/test_datasets_loads.py \
		tests/neighbours/test_every_eval_ever_validates.py
	.neighbours/bridge/bin/python -m pytest -q tests/neighbours/test_bridge.py

.neighbours/bridge/made: requirements/bridge.txt pyproject.toml
	@echo "making the environment in .neighbours/bridge (once; 0.6 GB)"
	@mkdir -p .neighbours && echo '*' > .neighbours/.gitignore
	@[ -x .neighbours/bridge/bin/python ] || $(PYTHON) -m venv .neighbours/bridge
	@.neighbours/bridge/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bridge.txt
	@.neighbours/bridge/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.neighbours/inspect/made .neighbours/lm-eval/made: .neighbours/%/made: requirements/bench-%.txt pyproject.toml
	@echo "making the environment in .neighbours/$* (once)"
	@mkdir -p .neighbours && echo '*' > .neighbours/.gitignore
	@[ -x .neighbours/$*/bin/python ] || $(PYTHON) -m venv .neighbours/$*
	@.neighbours/$*/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@.neighbours/$*/bin/pip install --quiet --disable-pip-version-check jsonschema pytest hypothesis -e .
	@.neighbours/$*/bin/pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python \
		every-eval-ever==0.3.0
	@touch $@

# torch 2.13.0 is named first: on Linux without a GPU, take it from an index of CPU builds, or it brings gigabytes.
.neighbours/trl/made: examples/align/requirements.txt examples/align/constraints.txt
	@echo "making the environment in .neighbours/trl (once; 1.8 GB)"
	@mkdir -p .neighbours && echo '*' > .neighbours/.gitignore
	@[ -x .neighbours/trl/bin/python ] || $(PYTHON) -m venv .neighbours/trl
	@.neighbours/trl/bin/pip install --quiet --disable-pip-version-check -c examples/align/constraints.txt \
		torch -r examples/align/requirements.txt sentence-transformers 'ray>=2.50' pytest hypothesis nbclient ipykernel polars -e .
	@touch $@

docs: .neighbours/docs/made ## build the site, English and Chinese, in .site/site
	.neighbours/docs/bin/python docs/site/make.py

.neighbours/docs/made: requirements/docs.txt pyproject.toml
	@mkdir -p .neighbours && echo '*' > .neighbours/.gitignore
	@[ -x .neighbours/docs/bin/python ] || $(PYTHON) -m venv .neighbours/docs
	@.neighbours/docs/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/docs.txt
	@.neighbours/docs/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

wheel: $(VENV)/run ## build the wheel in dist
	@rm -rf dist && $(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

bench-install: wheel ## the wheel in an empty environment: packages, size, import time (a minute)
	$(BIN)/python benchmarks/install.py dist/*.whl

fix: $(VENV)/dev ## format, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

pins: ## write requirements/*.txt anew (needs uv)
	for set in run dev docs bridge; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate requirements/$$set.in -o requirements/$$set.txt; done

cards: $(VENV)/run ## measure the embedded judges on ../shared/data/judges and write their cards (JUDGES="refusal" for one)
	$(BIN)/python benchmarks/cards.py $(JUDGES)

clean: ## remove the environment and caches (runs stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: help demo test test-neighbours align docs wheel bench-install check cover bench bench-lost bench-peers bench-official bench-memory bench-start bench-kills bench-coverage bench-resampling bench-viewer screenshots bench-pins fix pins cards clean
