# Two commands on a fresh machine with Python >= 3.11 and make: `make run`, `make test`.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A folder made by `make offline-kit`: sets up from it, without any network.
OFFLINE ?=
KIT ?= offline-kit

.PHONY: help run test test-all test-tools bench lint format lock offline-kit clean

help:
	@echo "make run           set up, then the main job on data/sample"
	@echo "make test          set up for development, then every check (what CI runs)"
	@echo "make test-all      the same with the full dose"
	@echo "make test-tools    install the programs that some tests open the lists with"
	@echo "make bench         how long a region takes, beside scripts by hand (SCALE=0.1: a quick look)"
	@echo "make lint          ruff, sqlfluff, mypy"
	@echo "make format        let ruff and nbstripout rewrite what they can"
	@echo "make offline-kit   wheels, lock file and README in one folder ($(KIT))"
	@echo "make run OFFLINE=DIR   set up from such a folder on a machine without network"

run: $(READY)
	@$(BIN)/wengang run --extracts data/sample

test: $(READY) lint
	$(BIN)/python -m pytest -n logical -m "not full"

# The figures that the full dose measures go into the READMEs, with the day.
test-all: $(READY) lint
	$(BIN)/python -m pytest -n logical --write-figures

# What a region takes, beside scripts by hand: SCALE=0.1 for a quick look, BENCH_WITH=PYTHON names a
# Python that has polars, pyspark and dbt-duckdb; what it has not is left out.
bench: $(READY)
	$(BIN)/python -m tests.benchmarks

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout notebooks/*.ipynb

$(READY): requirements.lock pyproject.toml
	@.ci/setup "$(VENV)" "$(OFFLINE)"
	@touch $@

# Tests that open lists and packages with other programs are skipped where these are not installed.
test-tools:
	@command -v apt-get >/dev/null || { echo "make test-tools: this machine has no apt-get; install LibreOffice Calc, 7-Zip and Chromium yourself"; exit 1; }
	apt-get update -qq && apt-get install --yes -qq --no-install-recommends libreoffice-calc 7zip p7zip-full chromium fonts-noto-cjk

# Wheels of this Python version and platform: make the kit on a machine like the one it is for.
offline-kit: $(READY)
	@mkdir -p "$(KIT)/wheels"
	@$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: --require-hashes \
	    --dest "$(KIT)/wheels" --requirement requirements.lock
	@cp requirements.lock $$(ls README*.md 2>/dev/null) "$(KIT)"
	@echo "$(KIT): $$(ls "$(KIT)/wheels" | wc -l | tr -d ' ') wheels. On the machine without network: make run OFFLINE=$(KIT)"

# For maintainers: needs uv. The index is the default one; no host may get into the file. Versions
# stay as they are where pyproject.toml lets them: make lock UPGRADE=--upgrade takes the newest.
UPGRADE ?=
lock:
	@cp requirements.lock requirements.lock.new
	@uv --no-config pip compile pyproject.toml --extra dev --universal --python-version 3.11 $(UPGRADE) \
	    --generate-hashes --no-strip-extras --no-header --no-annotate --quiet -o requirements.lock.new
	@(echo '# Exact versions with hashes, for Python 3.11 to 3.13. Made from pyproject.toml by `make lock`.'; \
	    cat requirements.lock.new) > requirements.lock
	@rm requirements.lock.new

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info build
