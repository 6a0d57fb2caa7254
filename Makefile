# `make help` lists what there is. Every target sets up what it needs: a .venv from the pins in requirements.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers
MUTATION := $(VENV)/.mutation
FUZZING := $(VENV)/.fuzzing
DRAWING := $(VENV)/.drawing

# Where this is set each Python that a test starts compiles its modules again.
export PYTHONDONTWRITEBYTECODE :=

# The tests that take every branch of alarms, session and vitals.
COVERING := $(addprefix tests/core/test_,alarm_moments.py course.py session.py vitals.py)

# What `make test` runs, three at once: the first of them mostly waits, and goes first when it has something to do, as
# its units run in real time. Each one's output comes in one piece.
TESTS := test-real-time test-played hazards-short soak-short test-core test-hardware test-micropython powercut-short coverage size check-docs
JOBS := 3
LATER := nice -n 12
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help
.PHONY: $(TESTS) help setup demo test test-slow test-host coverage hazards powercut pull-rate soak fuzz mutate hardware firmware heap heap32 cpu lint typecheck bench sim size docs check-docs pictures clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv from the pins

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sitter needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "this Python can't make virtual environments; on Debian and Ubuntu install the package python3-venv"; exit 1; }
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY) ## play a three-hour session on the simulator and open its report in build/demo
	@$(BIN)/python tools/demo.py

test: $(READY) ## all tests: core and drivers on both interpreters, host, scenarios
	@$(BIN)/python tests/count.py --reset
	@$(MAKE) --no-print-directory -j $(JOBS) $(SYNC) $(TESTS)
	@$(BIN)/python tests/count.py

test-real-time:
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "real_time and not slow" tests/system

test-played:
	@$(LATER) $(BIN)/python -m pytest -n 3 --dist worksteal -m "not real_time and not slow" tests/system tests/host tests/test_layers.py tests/test_hazards.py

test-core:
	@$(LATER) $(BIN)/python -m pytest tests/core tests/drivers

test-micropython:
	@$(LATER) $(BIN)/python tests/run_micropython.py

test-hardware:
	@$(LATER) $(BIN)/python -m pytest tests/hardware

hazards-short:
	@$(LATER) $(BIN)/python tools/hazards.py --short

powercut-short:
	@$(LATER) $(BIN)/python tools/powercut --short

soak-short:
	@$(LATER) $(BIN)/python tools/soak.py --short

test-slow: $(READY) ## what `test` leaves out: long sessions, scenarios that others cover, more random ones; 8 minutes
	@$(BIN)/python -m pytest -n 2 -m slow tests/system tests/host
	@SITTER_EXAMPLES=200 $(BIN)/python -m pytest tests/host/test_session_properties.py

test-host: $(READY) ## the host tests alone, with simulated sensors, as a technician runs them
	@$(BIN)/python -m pytest -n 2 tests/host tests/system

coverage: $(READY) ## fail unless the core's tests take every branch of alarms, session and vitals
	@SITTER_COUNTED=1 $(BIN)/coverage run --data-file=build/coverage -m pytest $(COVERING)
	@$(BIN)/coverage report --data-file=build/coverage

hazards: $(READY) ## plant every fault of docs/hazards.md: its tests have to notice; a minute and more
	@$(BIN)/python tools/hazards.py

powercut: $(READY) ## cut the power at every flash operation of a session, and see what is left; half a minute
	@$(BIN)/python tools/powercut

pull-rate: $(READY) ## how fast a log comes off a unit over a line of 115200 baud, beside mpremote; 2 minutes
	@$(BIN)/python tools/pull_rate.py

soak: $(READY) ## forty sessions back to back on one unit with little memory; 2 minutes and more
	@$(BIN)/python tools/soak.py

fuzz: $(FUZZING) ## coverage-guided fuzzing of all that takes input; 5 minutes and more
	@$(BIN)/python tools/fuzz

$(FUZZING): requirements-fuzz.txt $(READY)
	@echo "adding the fuzzer to $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.txt
	@touch $@

mutate: $(MUTATION) ## change alarms, session and vitals one place at a time and count what no test notices; 20 minutes
	@$(BIN)/python tools/mutate.py

$(MUTATION): requirements-mutation.txt $(READY)
	@echo "adding the mutation tool to $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-mutation.txt
	@touch $@

hardware: $(DRAWING) ## check pins, netlist and bill of materials, and draw all of hardware/ anew; half a minute
	@$(BIN)/python tools/check_port.py
	@$(BIN)/python tools/hardware

$(DRAWING): requirements-hardware.txt $(READY)
	@echo "adding what draws the hardware to $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-hardware.txt
	@touch $@

lint: $(READY) ## style and common mistakes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

typecheck: $(READY) ## types of host and firmware
	@$(BIN)/python tools/typecheck.py

bench: $(PEERS) ## the pulse estimator beside HeartPy and NeuroKit2, and what a sample costs; 2 minutes and more
	@$(BIN)/python tools/bench

$(PEERS): requirements-bench.txt $(READY)
	@echo "adding the other estimators to $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

sim: $(READY) ## a simulated unit on a serial port, until Ctrl-C
	@$(BIN)/sitterctl sim start tests/scenarios/quiet_session.json

firmware: $(READY) ## the program for every board: bytecode, manifest, ROMFS image, sizes; made twice, and the same
	@$(BIN)/python tools/firmware.py

size: $(READY) ## bytes of bytecode, heap after import and after start, and six minutes of a session in a chip's heap
	@$(BIN)/python tools/size
	@$(BIN)/python tools/size --cap --minutes 6

cpu: $(READY) ## what each task takes of the chip's processor, estimated from the demo session; a minute and more
	@$(BIN)/python tools/cpu_budget.py

heap: $(READY) ## the whole quiet session from the bundle's .mpy files, with as much heap as a plain ESP32 has; 5 minutes
	@$(BIN)/python tools/size --cap

heap32: $(READY) ## the same program on a 32-bit MicroPython, for the ratio that `size` reckons with; needs node and npm
	@$(BIN)/python tools/size --32

docs: $(READY) ## print the tables in docs/ anew
	@$(BIN)/python tools/print_docs.py

check-docs: $(READY) ## fail if a printed table in docs/ is stale
	@$(BIN)/python tools/print_docs.py --check

pictures: $(READY) ## draw the pictures in docs/pictures anew (report and worksheet need `make demo` and a Chromium)
	@$(BIN)/python tools/make_pictures.py

clean: ## remove what can be made again
	rm -rf build $(VENV) .pytest_cache .ruff_cache .hypothesis *.egg-info host/*.egg-info firmware/*.egg-info
