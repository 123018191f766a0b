# `make run` starts the app and `make test` runs every test; each sets up what it needs on a fresh Debian machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM := PATH="$(abspath $(BIN)):$$PATH" npm
SPACE_TESTS := tests/test_requirements.py tests/test_picture.py tests/test_hostile.py tests/test_app.py

# The version of Pillow that a file of requirements pins.
pinned = $(shell sed -n 's/^pillow==//p' $(1))

.PHONY: run static batch test test-space space-check deploy deploy-static space-and-token fuzz lint audit train evaluate picture chromium nginx clean

run: $(VENV)/run.stamp
	$(BIN)/python app.py $(ARGS)

# The page without a server, as a folder of files.
static: build/static/index.html

build/static/index.html: $(VENV)/dev.stamp node_modules/.package-lock.json $(shell find mnist_demo models -type f ! -path '*/__pycache__/*')
	$(BIN)/python -m mnist_demo.static

test: $(VENV)/dev.stamp node_modules/.package-lock.json static chromium nginx
	$(NPM) test --silent
	EXPECTED_PILLOW=$(call pinned,requirements-pillow.txt) $(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

# With the Pillow of a Space, which installs requirements.txt alone.
test-space: $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --no-deps --upgrade --target build/space pillow==$(call pinned,requirements.txt)
	EXPECTED_PILLOW=$(call pinned,requirements.txt) PYTHONPATH=build/space $(BIN)/python -m pytest $(SPACE_TESTS)

# What a Space does with the project: its own environment, user, read-only files and variables.
space-check: $(VENV)/dev.stamp
	$(BIN)/python tests/space_check.py

# Uploads what git tracks to SPACE=owner/name, which is made if need be with ARGS, such as --flavor=zero-a10g or --private.
deploy: space-and-token
	rm -rf build/deploy
	git checkout-index --all --prefix=build/deploy/
	$(call upload,gradio,build/deploy)

# Uploads the page without a server to SPACE=owner/name, likewise.
deploy-static: space-and-token static
	$(call upload,static,build/static)

# Makes a Space of a kind, and uploads a folder to it.
define upload
$(BIN)/hf repos create $(SPACE) --type=space --sdk=$(1) --exist-ok $(ARGS)
$(BIN)/hf upload $(SPACE) $(2) . --type=space --delete='*' --commit-message="Deploy $$(git rev-parse --short HEAD)"
endef

space-and-token: $(VENV)/run.stamp
	@case "$(SPACE)" in ?*/?*) ;; *) echo "Name the Space: make deploy SPACE=owner/name" >&2; exit 2;; esac
	@$(BIN)/hf auth token >/dev/null 2>&1 || { echo "No Hugging Face token. Make one that can write at" \
		"https://huggingface.co/settings/tokens, then run $(BIN)/hf auth login, or set HF_TOKEN." >&2; exit 2; }

# Looks for a minute for a file that load_image does not answer as it says.
fuzz: $(VENV)/dev.stamp
	mkdir -p build/fuzz
	$(BIN)/python tests/fuzz/load_image.py -max_total_time=60 -timeout=10 -artifact_prefix=build/ build/fuzz

batch: $(VENV)/batch.stamp
	$(BIN)/python -m mnist_demo.batch $(ARGS)

lint: $(VENV)/dev.stamp node_modules/.package-lock.json
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(NPM) run --silent lint
	$(BIN)/check-jsonschema --builtin-schema=vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema=vendor.dependabot .github/dependabot.yml

# Faults that are known of the pins: those of a Space, then those of this environment.
audit: $(VENV)/dev.stamp
	$(BIN)/pip-audit --strict --requirement requirements.txt
	$(BIN)/pip freeze --exclude-editable | $(BIN)/pip-audit --strict --no-deps --disable-pip --requirement /dev/stdin

train: $(VENV)/dev.stamp
	$(BIN)/python -m mnist_demo.training $(ARGS)

evaluate: $(VENV)/dev.stamp
	$(BIN)/python -m mnist_demo.training.evaluation $(ARGS)

# The README's moving picture, drawn and read on the page as it is now.
picture: $(VENV)/dev.stamp chromium
	$(BIN)/python tests/moving_picture.py

# Debian keeps venv in a package of its own.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); apt-get update && apt-get install -y python3-venv && $(PYTHON) -m venv $(VENV); }

# The project and an extra of its pyproject.toml; run is none, and dev is all.
$(VENV)/%.stamp: pyproject.toml requirements.txt requirements-pillow.txt | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.$(patsubst %,[%],$(filter-out run,$*))'
	$(BIN)/pip install --quiet --no-deps --requirement requirements-pillow.txt
	touch $(foreach extra,run $* $(if $(filter dev,$*),batch),$(VENV)/$(extra).stamp)

# What runs the model on the static page, and what scripts are linted and tested with; node comes with the extra dev.
node_modules/.package-lock.json: package.json package-lock.json | $(VENV)/dev.stamp
	$(NPM) ci --silent --ignore-scripts
	touch $@

# The browser tests take Chromium's headless shell, which loads a page in half the time that a whole Chromium needs: the
# one that is there, else Debian's as root, else a whole one that is there, else Playwright's.
chromium: | $(VENV)/dev.stamp
	@command -v chromium-headless-shell >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium-headless-shell fonts-dejavu-core; \
	else \
		command -v chromium || command -v chromium-browser || command -v google-chrome || \
		$(BIN)/playwright install --only-shell chromium; \
	fi

# An nginx that is not there is unpacked and not installed, for that would start it.
nginx:
	@command -v nginx >/dev/null || test -x build/nginx/usr/sbin/nginx || { \
		mkdir -p build/nginx && cd build/nginx && \
		{ apt-get download nginx || { apt-get update && apt-get download nginx; }; } && \
		dpkg-deb --extract nginx_*.deb .; \
	}

clean:
	rm -rf $(VENV) build node_modules screenshots
