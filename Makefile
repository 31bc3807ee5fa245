# Two commands do all set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# With LOCKED=1, as in CI: exactly the versions and hashes of requirements-ci.txt.
ifdef LOCKED
INSTALL_BASE := $(PIP) --require-hashes -r requirements-ci.txt && $(PIP) --no-deps --no-build-isolation -e .
INSTALL_TEST := true
else
INSTALL_BASE := $(PIP) -e .
INSTALL_TEST := $(PIP) -e '.[test,lint]'
endif

.PHONY: demo test lint bench bench-quality fuzz golden lock sbom clean

# One stamp per set of extras, so that an edit of pyproject.toml installs again.
$(VENV)/base.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL_BASE)
	@touch $@

$(VENV)/test.stamp: pyproject.toml $(VENV)/base.stamp
	$(INSTALL_TEST)
	@touch $@

demo: $(VENV)/base.stamp
	$(BIN)/dupdetect scan corpora/sample -o demo-out

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/audit.sh $(BIN)/python

bench: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks speed

bench-quality: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks quality --check
	$(BIN)/python -m benchmarks candidates --check
	$(BIN)/python -m benchmarks planted --check
	$(BIN)/python -m benchmarks scores --check

# Ten minutes for each entry point; guided by coverage where atheris installs.
fuzz: $(VENV)/test.stamp
	-$(PIP) -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz --seconds 600 --keep --record

# The answers over corpora/sample anew, after a change of version.
golden: $(VENV)/base.stamp
	$(BIN)/python -m tests.golden

# Newest versions that pyproject.toml allows, for every system and Python, with hashes.
lock: $(VENV)/base.stamp
	$(PIP) -e '.[build]'
	$(BIN)/uv pip compile pyproject.toml --extra test --extra lint --extra build --universal \
	    --python-version 3.11 --generate-hashes --quiet --native-tls \
	    --custom-compile-command 'make lock' -o requirements-ci.txt

sbom: $(VENV)/base.stamp
	@mkdir -p dist
	$(BIN)/python .ci/sbom.py > dist/sbom.cdx.json

clean:
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis
