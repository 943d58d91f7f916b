# Two commands: make dashboard, make test. The rest is for those who work on the project.
PYTHON  ?= python3
DATASET ?= demo
MODELS  ?=
PORT    ?= 8501
WORKERS ?= 2
BIN     := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.txt --constraint constraints.txt --editable
PYTEST  := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

export TF_CPP_MIN_LOG_LEVEL = 3

.PHONY: dashboard test test-fast lint format hooks bench clean chromium

dashboard: .venv/installed
	$(BIN)/python -m explain build --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)")
	@echo "The dashboard: http://localhost:$(PORT)"
	$(BIN)/python -m dashboard --server.port $(PORT)

# WORKERS: processes that run test files side by side, about 2 GB each
test: .venv/tested chromium
	$(PYTEST)

test-fast: .venv/tested
	$(PYTEST) -m "not slow and not browser"

# PARTS: any of maps, forward, startup, pages, evaluation, tables, growth
# BENCH: further options, such as --images 64 --sizes 102 1000 10000
bench: .venv/benched chromium
	$(BIN)/python -m tests.benchmarks.bench $(PARTS) --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)") $(BENCH)

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# lint before every commit
hooks: .venv/tested
	$(BIN)/pip install --quiet --disable-pip-version-check pre-commit
	$(BIN)/pre-commit install

.venv/installed: pyproject.toml requirements.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) .
	@touch $@

.venv/tested: .venv/installed
	$(INSTALL) ".[test]"
	@touch $@

.venv/benched: .venv/installed
	$(INSTALL) ".[bench]"
	@touch $@

# The browser of tests/browser: the one that is there, else Debian's, else Playwright's own.
CHROMIUMS := chromium chromium-browser google-chrome google-chrome-stable
AS_ROOT   := $(if $(filter-out 0,$(shell id -u)),sudo -n)

chromium: .venv/tested
	@test -n "$$CHROMIUM" && exit; \
	for name in $(CHROMIUMS); do command -v $$name >/dev/null && exit; done; \
	{ $(AS_ROOT) apt-get update -qq && $(AS_ROOT) apt-get install -y -qq chromium; } >/dev/null 2>&1 && exit; \
	$(BIN)/playwright install chromium && exit; \
	echo "The browser tests need Chromium, and it could not be installed here: install it, or set CHROMIUM." >&2; exit 1

clean:
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
