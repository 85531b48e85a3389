# Everything runs in an environment of its own, .venv; `make PYTHON=python3.12 ...` picks another
# Python for it. A stamp in .venv says what is installed, so that the second time is fast.

PYTHON ?= python3
N ?= 5000
SEED ?= 0
DEMO := runs/s4nn-mnist/demo
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install -qq --disable-pip-version-check
SOURCES := pyproject.toml setup.py
PYTHON_CODE := analysis benchmarks brainsnn protocols tests setup.py

.DEFAULT_GOAL := help
.PHONY: help demo test brian2-suite brian2-examples fuzz mutants sanitize fuzz-files kills lint bench
.PHONY: results clean docs figures

help:
	@echo "make demo     install, train briefly on MNIST, print the results, write a report"
	@echo "make test     install, run the whole test suite"
	@echo "make brian2-suite  Brian2's own tests of compiled devices, on the resident device"
	@echo "make brian2-examples  Brian2's own examples (in BRIAN2_EXAMPLES), on two devices"
	@echo "make fuzz     networks drawn at random against Brian2; N=100 of them, from SEED=0 on"
	@echo "make mutants  plant defects one by one, count those that the tests notice"
	@echo "make sanitize  generated C++ under AddressSanitizer and UBSan, kernels with indices checked"
	@echo "make fuzz-files  N=5000 damaged and foreign files: each refused or taken, never a crash"
	@echo "make kills    every protocol killed before each of its writes, and resumed"
	@echo "make lint     ruff and mypy"
	@echo "make bench    measure speed against hand-written C++ and against Brian2 as documented"
	@echo "make docs     build the site, its examples run, into docs/_build/html"
	@echo "make figures  draw the README's figures"
	@echo "make results  write RESULTS.md from the rows in results/"
	@echo "make clean    remove the environment and what tools left; runs/ stays"

demo: $(VENV)/installed
	@if [ -e $(DEMO) ]; then rm -rf $(DEMO).previous; mv $(DEMO) $(DEMO).previous; fi
	$(VENV)/bin/brainsnn run s4nn-mnist --preset demo --out $(DEMO)

test: $(VENV)/installed-test
	$(RUN) -m pytest -n 2 --dist worksteal

brian2-suite: $(VENV)/installed-test
	$(RUN) tests/brian2_suite.py

brian2-examples: $(VENV)/installed-test
	$(RUN) tests/brian2_examples.py --row

fuzz: $(VENV)/installed-test
	PYTHONPATH=tests $(RUN) -m engine.random_networks -n $(or $(N),100) --seed $(or $(SEED),0)

mutants: $(VENV)/installed-dev
	@$(PIP) 'cosmic-ray>=8.4' coverage
	$(RUN) tests/mutants.py --record

sanitize: $(VENV)/installed-test
	$(RUN) tests/sanitize.py

fuzz-files: $(VENV)/installed-test
	PYTHONPATH=.:tests $(RUN) -P tests/fuzz_files.py $(N) $(SEED)

kills: $(VENV)/installed-test
	BRAINSNN_EVERY_KILL=1 $(RUN) -m pytest -n 2 tests/protocols/test_protocols_killed.py

lint: $(VENV)/installed-dev
	$(RUN) -m ruff check $(PYTHON_CODE)
	$(RUN) -m ruff format --check $(PYTHON_CODE)
	$(RUN) -m mypy

bench: $(VENV)/installed
	$(RUN) benchmarks/s4nn_mnist.py
	$(RUN) benchmarks/feedforward.py
	$(RUN) benchmarks/scaling.py
	$(RUN) benchmarks/builds.py
	$(RUN) benchmarks/brian2_models.py
	$(RUN) benchmarks/resident.py
	$(RUN) benchmarks/analysis_spikes.py
	$(RUN) benchmarks/antlr_mnist.py
	$(RUN) benchmarks/rate_coded.py
	$(RUN) benchmarks/count.py
	$(RUN) benchmarks/bptt.py
	$(RUN) benchmarks/diehl_cook.py

docs: $(VENV)/installed
	@$(PIP) --editable '.[docs]'
	MPLBACKEND=agg $(RUN) -m sphinx -W --keep-going -q -b html docs docs/_build/html

figures: $(VENV)/installed
	$(RUN) docs/front.py

results: $(VENV)/installed
	$(RUN) -m brainsnn.analysis.results

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "$(PYTHON) is missing or older than 3.11; say 'make PYTHON=python3.12 ...'." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	    echo "No environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/installed: $(VENV)/created $(SOURCES)
	@echo "Installing brainsnn and what it needs into $(VENV) ..."
	@$(PIP) --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/created $(SOURCES)
	@echo "Installing brainsnn and what its tests need into $(VENV) ..."
	@$(PIP) --editable '.[cluster,convert,search,test,zarr]'
	-@$(PIP) --no-deps brian2genn==1.7.0  # its requirements name an older Brian2; without it, tests skip
	@touch $@ $(VENV)/installed

$(VENV)/installed-dev: $(VENV)/created $(SOURCES)
	@echo "Installing brainsnn and what its checks need into $(VENV) ..."
	@$(PIP) --editable '.[dev]'
	-@$(PIP) --no-deps brian2genn==1.7.0
	@touch $@ $(VENV)/installed $(VENV)/installed-test
