# Two commands: make dashboard, make test. The rest is for those who work on the project.
PYTHON  ?= python3
DATASET ?= demo
MODELS  ?=
PORT    ?= 8501
WORKERS ?= 2
BIN     := .venv/bin
PIP     := $(BIN)/pip install --disable-pip-version-check --constraint requirements.txt --constraint constraints.txt
INSTALL := $(PIP) --quiet --editable
PYTEST  := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

export TF_CPP_MIN_LOG_LEVEL = 3
export NO_MKDOCS_2_WARNING = 1

.PHONY: dashboard test docs test-fast test-all lint format hooks bench site clean chromium

dashboard: .venv/installed
	$(BIN)/python -m explain build --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)")
	@echo "The dashboard: http://localhost:$(PORT)"
	$(BIN)/python -m dashboard --server.port $(PORT)

# WORKERS: processes that run test files side by side, about 2 GB each
test: .venv/tested chromium
	$(PYTEST) -m "not exhaustive"

test-fast: .venv/tested
	$(PYTEST) -m "not slow and not browser and not exhaustive"

# with every page in every theme and width, pictured in build/screenshots
test-all: .venv/tested chromium
	$(PYTEST)

# PARTS: any of maps, forward, startup, pages, evaluation, tables, contributions, growth, workers
# BENCH: further options, such as --images 64 --sizes 102 1000 10000
bench: .venv/benched chromium
	$(BIN)/python -m tests.benchmarks.bench $(PARTS) --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)") $(BENCH)

# A dashboard without a server: a folder to open from disk or to put on any host of static files.
# With npm there, it takes the networks along and explains a visitor's own photographs in the browser.
SITE    ?= build/site
ORT_WEB := onnxruntime-web@1.30.0
site: .venv/installed
	$(BIN)/python -m explain build --dataset "$(DATASET)" $(if $(MODELS),--models "$(MODELS)")
	@mkdir -p build/npm
	@if command -v npm >/dev/null && $(INSTALL) ".[onnx]" && (cd build/npm && npm pack --silent $(ORT_WEB) >/dev/null && tar xzf *.tgz); then \
		$(BIN)/python -m explain report --dataset "$(DATASET)" --interactive --out "$(SITE)" --networks build/npm/package/dist; \
	else \
		echo "Without networks: npm is not there, or cannot fetch $(ORT_WEB)."; \
		$(BIN)/python -m explain report --dataset "$(DATASET)" --interactive --out "$(SITE)"; \
	fi

# The documentation as a site that opens from disk: build/docs/index.html. Its pictures are of the demo's store.
docs: .venv/documented
	$(BIN)/python -m explain build
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo "The documentation: build/docs/index.html"

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# what is installed for the project, with versions and licences
licences: .venv/tested
	$(BIN)/python -m tests.dependencies licences

# build/requirements.lock: every library with its sha256, for machines like this one
lock: .venv/tested
	$(BIN)/python -m tests.dependencies lock

# known vulnerabilities of what is installed; says so where the service cannot be reached
audit: .venv/tested
	@$(BIN)/pip install --quiet --disable-pip-version-check pip-audit 2>/dev/null || { \
		echo "Nothing was audited: pip-audit cannot be installed, since no package index is reached from here." >&2; exit 2; }
	$(BIN)/python -m tests.dependencies audit

# lint before every commit
hooks: .venv/tested
	$(BIN)/pip install --quiet --disable-pip-version-check pre-commit
	$(BIN)/pre-commit install

# The versions of Python that TensorFlow is made for.
PYTHONS := 3.11 3.12 3.13

.venv/installed: pyproject.toml requirements.txt constraints.txt
	@found=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	case " $(PYTHONS) " in *" $$found "*) ;; *) \
		echo "$(PYTHON) is $${found:-not there}; expected Python $(PYTHONS). Name one: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1;; \
	esac
	@echo "Installing TensorFlow, Streamlit and what they need into .venv: about 3 GB, two to five minutes, once."
	$(PYTHON) -m venv .venv
	@$(PIP) --progress-bar off --editable ".[tensorflow]" || { \
		echo "Not installed; what pip said stands above. Where no package index can be reached: on a machine that reaches one run" \
		"'pip download --dest wheels --requirement requirements.txt hatchling editables', bring the folder here, and run" \
		"'PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels make $(MAKECMDGOALS)'." >&2; exit 1; }
	@touch $@

.venv/tested: .venv/installed
	$(INSTALL) ".[test]"
	@touch $@

.venv/documented: .venv/installed
	$(INSTALL) ".[docs]"
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
