# Two commands are enough on a fresh machine: `make demo` and `make test`. Python 3.11+, pip and make are assumed.
PYTHON ?= python3
BIN := .venv/bin
DEMO ?= demo-workspace

.PHONY: demo test check serve bench lock clean

demo: .venv/runtime.stamp  ## make a demo region, import it, grade it, explain it
	$(BIN)/jiqun demo $(DEMO) --force

# many processes are started, and each would compile the sources anew where Python was told not to keep what it compiled
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev.stamp  ## the whole test suite
	$(BIN)/python -m pytest -n 3 -rs --dist loadfile --no-loadscope-reorder

serve: .venv/runtime.stamp  ## the workbench over the demo region, made first where it is not there
	test -f $(DEMO)/jiqun.toml || $(BIN)/jiqun demo $(DEMO)
	$(BIN)/jiqun --workspace $(DEMO) serve

check: .venv/dev.stamp  ## style, types, layers, packs
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy src/jiqun
	$(BIN)/lint-imports
	$(BIN)/jiqun packs lint

bench: .venv/bench.stamp  ## ratios against hand-written Polars, pandas and openfisca-core
	$(BIN)/python benchmarks/per_mu.py

lock:  ## renew the pinned requirements (needs uv)
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url pyproject.toml --group dev -o requirements-dev.lock

# Debian hands out pip without ensurepip (python3-venv is a package of its own): then pip installs itself into the environment
.venv/bin/python:
	if $(PYTHON) -c "import ensurepip" 2>/dev/null; then $(PYTHON) -m venv .venv; else \
	  $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install -q pip; fi

.venv/runtime.stamp: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

.venv/dev.stamp: requirements-dev.lock .venv/runtime.stamp
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.lock
	touch $@

.venv/bench.stamp: .venv/dev.stamp benchmarks/requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -r benchmarks/requirements.txt
	touch $@

clean:
	rm -rf .venv $(DEMO) bench-out
