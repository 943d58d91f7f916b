# Two commands: make dashboard, make test. The rest is for those who work on the project.
PYTHON  ?= python3
DATASET ?= demo
MODELS  ?=
PORT    ?= 8501
BIN     := .venv/bin

export TF_CPP_MIN_LOG_LEVEL = 3

.PHONY: dashboard test test-fast lint bench clean

dashboard: .venv/installed
	$(BIN)/python -m explain build --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)")
	@echo "The dashboard: http://localhost:$(PORT)"
	$(BIN)/streamlit run dashboard/app.py --server.port $(PORT)

test: .venv/tested
	$(BIN)/python -m pytest

test-fast: .venv/tested
	$(BIN)/python -m pytest -m "not slow and not browser"

# PARTS: any of maps, forward, startup, growth; BENCH: further options, such as --images 64 --sizes 102 1000 10000
bench: .venv/benched
	$(BIN)/python -m tests.benchmarks.bench $(PARTS) --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)") $(BENCH)

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/mypy

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/tested: .venv/installed requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv/benched: .venv/installed requirements-bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

clean:
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
