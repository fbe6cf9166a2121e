# make run · make test · make setup: all a fresh machine with Python 3.11+, pip and make needs.
UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
PO := $(wildcard fansite/translations/*/LC_MESSAGES/messages.po)
# Every template in every language, compiled: beside them, as Python keeps its own.
TEMPLATES := templates/__pycache__/all

.PHONY: help run test setup bytecode bench bench-check screenshots format translations lock clean

help:
	@echo "make run     install, migrate, load the demo band when empty, serve on http://127.0.0.1:8000"
	@echo "make test    install, then lint, types, templates and every test this machine can run"
	@echo "make setup   install only; leaves the command at $(BIN)/fansite"
	@echo "make bench   what pages, comments and long work cost, beside nginx (QUICK=1: two minutes); writes docs/performance.md"
	@echo "make bench-check BEFORE=… AFTER=…  two commits beside each other"
	@echo "make screenshots  the demo's pages as pictures, for README and docs"
	@echo "make format  put Python and templates into shape"
	@echo "make lock    resolve the requirements again (hashes, no addresses)"

setup: .venv/.ready $(PO:.po=.mo) bytecode

run: setup
	$(BIN)/fansite run

test: .venv/.ready-dev $(PO:.po=.mo) bytecode
	$(BIN)/python -m tests

# Needs wrk and nginx, and says so.
bench: .venv/.ready-dev $(PO:.po=.mo) bytecode
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

BEFORE ?= HEAD~1
AFTER ?= HEAD
bench-check: .venv/.ready-dev $(PO:.po=.mo)
	$(BIN)/python -m tests.bench --check $(BEFORE) $(AFTER)

# The demo band's pages in Chromium: all of them in build/screenshots, those that are shown in docs/pictures.
screenshots: .venv/.ready-dev $(PO:.po=.mo)
	$(BIN)/python -m tests.browser.screenshots

.tools/.uv-$(UV_VERSION):
	@echo "Fetching uv $(UV_VERSION) into .tools"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --upgrade --target .tools uv==$(UV_VERSION)
	@touch $@

.venv/.made: .tools/.uv-$(UV_VERSION)
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@touch $@

.venv/.ready: .venv/.made deploy/requirements.txt pyproject.toml
	@echo "Installing the locked requirements into .venv"
	@test -e .venv/.ready-dev || $(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python deploy/requirements.txt
	@test ! -e .venv/.ready-dev || $(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python deploy/requirements-dev.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

.venv/.ready-dev: .venv/.made deploy/requirements-dev.txt pyproject.toml
	@echo "Installing the locked requirements and the test tools into .venv"
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python deploy/requirements-dev.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@ .venv/.ready

# A service that may not write beside its code, or was told not to, would else compile all of it at every start.
bytecode: $(TEMPLATES) | .venv/.made
	@$(BIN)/python -m compileall -q -j 0 fansite migrations

$(TEMPLATES): $(shell find templates -type f -not -path '*/__pycache__/*') $(wildcard fansite/core/web/*.py) fansite/app.py $(PO:.po=.mo) deploy/requirements.txt
	@$(BIN)/python -m fansite.compiling
	@touch $@

%.mo: %.po
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# New and changed texts into the catalogues; the French is then written by hand, and `make test` says what lacks.
translations: .venv/.ready-dev
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --keywords "_l _n:1,2 lazy_ngettext:1,2" --no-location --no-wrap --sort-output \
		--project Fansite --output-file build/messages.pot .
	$(BIN)/pybabel --quiet update --input-file build/messages.pot --output-dir fansite/translations --no-fuzzy-matching --ignore-obsolete --no-wrap

format: .venv/.ready-dev
	$(BIN)/ruff format fansite tests migrations
	$(BIN)/ruff check --fix fansite tests migrations
	$(BIN)/djlint --quiet --reformat templates

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: .tools/.uv-$(UV_VERSION)
	$(COMPILE) --upgrade pyproject.toml --output-file deploy/requirements.txt
	$(COMPILE) --upgrade --all-extras pyproject.toml --output-file deploy/requirements-dev.txt

clean:
	rm -rf .venv .tools build *.egg-info
