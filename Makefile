# `make run` starts the app and `make test` runs every test; each sets up what it needs on a fresh Debian machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SPACE_TESTS := tests/test_requirements.py tests/test_images.py tests/test_hostile.py tests/test_app.py

# The version of Pillow that a file of requirements pins.
pinned = $(shell sed -n 's/^pillow==//p' $(1))

.PHONY: run test test-space fuzz lint train evaluate chromium clean

run: $(VENV)/run.stamp
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/dev.stamp chromium
	EXPECTED_PILLOW=$(call pinned,requirements-pillow.txt) $(BIN)/python -m pytest $(ARGS)

# With the Pillow of a Space, which installs requirements.txt alone.
test-space: $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --no-deps --upgrade --target build/space pillow==$(call pinned,requirements.txt)
	EXPECTED_PILLOW=$(call pinned,requirements.txt) PYTHONPATH=build/space $(BIN)/python -m pytest $(SPACE_TESTS)

# Looks for a minute for a file that load_image does not answer as it says.
fuzz: $(VENV)/dev.stamp
	mkdir -p build/fuzz
	PYTHONPATH=. $(BIN)/python tests/fuzz/load_image.py -max_total_time=60 -timeout=10 -artifact_prefix=build/ build/fuzz

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

train: $(VENV)/dev.stamp
	$(BIN)/python -m mnist_demo.training $(ARGS)

evaluate: $(VENV)/dev.stamp
	$(BIN)/python -m mnist_demo.training.evaluate $(ARGS)

# Debian keeps venv in a package of its own.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); apt-get update && apt-get install -y python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/run.stamp: requirements.txt requirements-pillow.txt | $(BIN)/python
	$(BIN)/pip install --quiet --requirement requirements.txt
	$(BIN)/pip install --quiet --no-deps --requirement requirements-pillow.txt
	touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt requirements-pillow.txt | $(BIN)/python
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --requirement requirements-pillow.txt
	touch $@ $(VENV)/run.stamp

# The browser tests take a Chromium that is there, else Debian's as root, else Playwright's own.
chromium: | $(VENV)/dev.stamp
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core; \
	else \
		$(BIN)/playwright install chromium; \
	fi

clean:
	rm -rf $(VENV) build screenshots
