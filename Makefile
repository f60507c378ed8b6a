# make run starts the app, make check is for every commit, make test checks everything. Each sets up what is missing and
# is quick when nothing changed.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
RERUNS := --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks

.PHONY: run check library test lint javascript chromium

run: .venv/installed
	$(BIN)/python -m cnnviz serve --port $(PORT)

# For every commit: all but the browser and Ray. The types are checked on what the tests leave of two cores.
check: .venv/installed-dev
	$(MAKE) --no-print-directory -j2 lint library

library: .venv/installed-dev
	$(BIN)/python -m pytest --ignore tests/browser -m "not ray" -n 2 --dist worksteal

# Those that count frames or time have the machine to themselves, and so has the one Ray cluster of those that need it;
# the browser's others wait more than they work. What fails in the browser is run once more, three at most, and told
# with its reason. CNNVIZ_NIGHTLY=1 runs all that is long: see CONTRIBUTING.md.
test: check chromium
	$(BIN)/python -m pytest tests/engine -m ray
	$(BIN)/python -m pytest tests/browser -m alone $(RERUNS)
	$(BIN)/python -m pytest tests/browser -m "not alone" -n 2 --dist worksteal $(RERUNS)

lint: .venv/installed-dev javascript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The browser components' JavaScript: names and types by tsc, the rest by ESLint. Node is taken where it is, else from
# Debian where apt-get may install it; without it this is left out and says so, or fails when CI=true.
javascript:
	@command -v npm >/dev/null 2>&1 || test "$$CI" != true || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
	|| { apt-get update -qq && apt-get install -y -qq nodejs npm >/dev/null; }
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory build/javascript-checked; \
	else echo "Node.js is not installed: the components' JavaScript is left unchecked."; test "$$CI" != true; fi

build/javascript-checked: node_modules/installed tsconfig.json eslint.config.js $(wildcard cnnviz/components/*.[jt]s)
	node_modules/.bin/tsc --noEmit --checkJs
	node_modules/.bin/eslint --max-warnings 0 cnnviz/components
	@mkdir -p build && touch $@

node_modules/installed: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	touch $@

# Where venv lacks a part, as on Debian without python3-venv, it leaves a Python without pip behind.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; old = sys.version_info < (3, 11); sys.exit(("$(PYTHON) is Python %d.%d, and 3.11 or newer is \
	needed; name one, such as PYTHON=python3.12." % sys.version_info[:2]) if old else 0)'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/installed: requirements.txt requirements-library.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/installed-dev: $(wildcard requirements*.txt) | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch .venv/installed $@

# The browser tests need a Chromium. Take the one that is there; else Debian's package where apt-get may install it,
# else Playwright's. Where none can be had the browser tests skip and say so, or fail when CI=true.
chromium: .venv/installed-dev
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 \
	|| ls $(HOME)/.cache/ms-playwright/chromium-* >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	|| $(BIN)/python -m playwright install chromium \
	|| echo "No Chromium could be installed; the browser tests will say so."
