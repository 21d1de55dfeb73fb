# make repro   rebuilds every number and picture
# make test    runs the whole suite
# Both make their environment (.venv) themselves, from requirements.lock.
# Another interpreter: make repro PYTHON=python3.13. More for pytest: make test ARGS='-k circles'.

PYTHON  ?= python3
UV      ?= uv
ARGS    ?=
UPGRADE ?=

# The environment's copy of the lock file it was made from. It is written last, so an environment
# without it, or with another one, is not whole or not current, and is made anew.
STAMP   := .venv/requirements.lock
# Programs are started as modules: that works even after the folder was moved.
RUN     := PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m
# One package of DVC's comes as source. It is built with the locked setuptools, which is put in
# first, and not with whichever is the newest that day. Modules are compiled when they are imported,
# as most never are.
INSTALL := .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
           --no-compile
# Whether .venv is of the Python that was named. One that nobody named is only for a new .venv.
IS_ITS  := [ "$(origin PYTHON)" = file ] || \
           [ "$$("$(PYTHON)" -VV 2>&1)" = "$$(.venv/bin/python -VV 2>&1)" ]
CODE    := $(wildcard nn stages commands tests benchmarks)
# The last release of DVC's cryptography that is built for Macs with Intel processors.
LIMITS  := cryptography<49; sys_platform == 'darwin' and platform_machine == 'x86_64'

# What another Python left in the caller's environment must not leak into this one.
unexport PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help repro test lint bench verify torture lock clean environment

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

repro: environment ## Rebuild what is not up to date, then print the table of results
	@$(RUN) commands.mend
	@code=0; $(RUN) dvc repro --keep-going || code=1; $(RUN) commands.record || code=1; \
	$(RUN) commands.summary && exit $$code

test: environment ## Run the whole test suite, the pipeline included
	@$(RUN) pytest $(ARGS)

torture: environment ## Damage files and kill programs by the thousand (more: TORTURE=100)
	@TORTURE=$(or $(TORTURE),20) $(RUN) pytest tests/robustness --numprocesses=0 $(ARGS)

lint: environment ## Check style, format and types
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy $(CODE)

bench: environment ## Time training, sweeps, predictions; and what `add` sets up beside scikit-learn
	@$(RUN) pytest benchmarks --benchmark-enable --numprocesses=0 $(ARGS)
	@[ -n "$(ARGS)" ] || { $(RUN) pip install --quiet --no-deps -r benchmarks/requirements.txt && \
	$(RUN) benchmarks.tables; }

verify: environment ## Rebuild the committed state in a temporary clone, compare it bit by bit
	@$(RUN) commands.verify $(ARGS)

lock: ## Renew requirements.lock from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@command -v $(UV) > /dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	@echo "$(LIMITS)" | $(UV) pip compile --quiet --constraint - \
		--universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		--extra test --extra dev $(UPGRADE) --output-file requirements.lock pyproject.toml

clean: ## Remove outputs, caches and .venv (DVC's own cache and sweeps/ stay)
	rm -f $(STAMP)
	rm -rf .venv artifacts models curves plots data/generated dvc_plots report.html
	rm -rf .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

environment:
	@if [ -x .venv/bin/python ] && cmp -s requirements.lock $(STAMP) && { $(IS_ITS); }; then exit 0; \
	fi; \
	command -v "$(PYTHON)" > /dev/null || { echo "No program '$(PYTHON)' is here. \
	Install Python 3.11 or newer, or name it: make repro PYTHON=/path/to/python" >&2; exit 1; }; \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "This project \
	needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" -V 2>&1). \
	Name a newer one: make repro PYTHON=python3.13" >&2; exit 1; }; \
	trial=$$(mktemp -d); "$(PYTHON)" -c 'import ensurepip' \
	&& "$(PYTHON)" -m venv --without-pip "$$trial" && "$$trial/bin/python" -c '' \
	|| { rm -rf "$$trial"; echo "$(PYTHON) cannot make an environment, and .venv stays as it is. \
	Install its venv (python3-venv on Debian and Ubuntu), or name another Python" >&2; exit 1; }; \
	rm -rf "$$trial"; \
	echo "Making .venv with $$("$(PYTHON)" -V) from requirements.lock: once, a minute or two."; \
	rm -f $(STAMP) && rm -rf .venv && "$(PYTHON)" -m venv .venv \
	&& sed -n '/^setuptools==/,/# via/p' requirements.lock > .venv/setuptools.txt \
	&& $(INSTALL) -r .venv/setuptools.txt \
	&& $(INSTALL) --no-build-isolation -r requirements.lock \
	&& cp requirements.lock $(STAMP)
