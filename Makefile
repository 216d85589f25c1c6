# Minga's commands. On a machine with make, python3 (3.11 or newer) and its venv module, two of them do everything:
# `make demo` and `make test`. Each sets up what it needs first, in .venv, from a lock file with hashes.

PY ?= python3
V := .venv
BIN := $(V)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links --extra build

# Packages are compiled when first imported, not when installed: 8 seconds less, as long as Python may keep the result.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: menu setup demo serve test wide lint crash rigs seeds bench pictures lock clean
.DEFAULT_GOAL := menu

menu:  ## this menu
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(V)/.run-time  ## what running Minga needs, in .venv

demo: $(V)/.run-time  ## a museum day against simulated hardware, with the books checked to the cent
	$(BIN)/minga demo

serve: $(V)/.run-time  ## the same machine, kept running, with its pages in the browser
	$(BIN)/minga demo --serve

JOBS ?= 3

test: $(V)/.dev  ## every test, linter and type check, three files at a time, since many of them wait (JOBS=…)
	$(BIN)/python -m pytest -n $(JOBS)

wide: $(V)/.dev  ## what `make test` leaves out: every screen and language, planted bugs, the pieces of the bench
	$(BIN)/python -m pytest -n $(JOBS) -m wide

lint: $(V)/.dev  ## only what reads the code: style, types, who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each rig plays from another seed each time and logs every seed; SEED=… plays the same again, RUNS and SEEDS say how far.
SEED ?= $(shell date +%y%m%d%H%M)
SEEDS ?= 5000
RUNS ?= 500000

crash: $(V)/.dev  ## the property tests, the simulated towns and the crash rigs again, far wider (hours)
	MINGA_SEEDS=$(SEEDS) $(BIN)/python -m pytest --hypothesis-profile=wide --timeout=3600 -m "not system" --ignore=tests/crash
	$(MAKE) rigs

rigs: $(V)/.dev  ## only the crash rigs, as wide as RUNS says; CI plays 50000 (20 minutes)
	MINGA_SEED=$(SEED) MINGA_CRASH_RUNS=$(RUNS) $(BIN)/python -m pytest tests/crash -m "" --log-cli-level=INFO --timeout=0

seeds: $(V)/.dev  ## only the seeded worlds: noise on the board's line, simulated towns, wallets, lost cards
	MINGA_SEEDS=$(SEEDS) $(BIN)/python -m pytest -n $(JOBS) --timeout=3600 tests/firmware/test_noise.py tests/simulation \
		tests/ledger/test_restore_drill.py

bench: $(V)/.dev  ## measurements, as tables
	$(BIN)/python -m bench

pictures: $(V)/.dev  ## take the pictures of the docs anew, from the real pages
	$(BIN)/python docs/pictures/take.py
	$(BIN)/python docs/pictures/statement.py
	$(BIN)/python docs/pictures/phones.py
	$(BIN)/python docs/pictures/laboratory.py

lock: $(V)/.dev  ## write both lock files anew from pyproject.toml (delete them first to raise every version)
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

clean:  ## forget .venv, caches and everything a run left behind
	rm -rf $(V) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis run demo-run
	find . -name __pycache__ -prune -exec rm -rf {} +

# The lock names pip itself, and it goes first: an older pip takes twice as long over the rest. It is fetched by the pip that
# Python brings as a wheel and that can run as it lies there; where that fails, venv unpacks it, which takes 5 seconds more.
WHEEL := import ensurepip, glob, os, sysconfig; \
	place = sysconfig.get_config_var("WHEEL_PKG_DIR") or os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"); \
	print(max(glob.glob(os.path.join(place, "pip-*.whl")), default=""))
PIN := install --quiet --no-deps --no-compile --require-hashes --requirement

$(V)/.run-time: requirements.lock pyproject.toml
	$(PY) -m venv --without-pip $(V)
	sed -n '/^pip==/,/#/p' requirements.lock > $(V)/pip.lock
	@$(BIN)/python "$$($(PY) -c '$(WHEEL)')/pip" $(PIN) $(V)/pip.lock || $(PY) -m venv $(V)
	$(PIP) $(PIN) requirements.lock
	$(PIP) install --quiet --no-deps --no-compile --no-build-isolation --editable .
	@touch $@

$(V)/.dev: $(V)/.run-time requirements-dev.lock
	$(PIP) $(PIN) requirements-dev.lock
	@touch $@
