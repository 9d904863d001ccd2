# Everything starts here: each target sets up what it needs in .venv/, once; stamp files in
# .venv/ remember what is done. `make` alone lists the targets.

# The Python to build .venv/ with; the first of 3.11 or newer that is found.
PYTHON ?= $(shell .ci/find-python)
# An index of torch's own, e.g. https://download.pytorch.org/whl/cpu on machines without NVIDIA.
TORCH_INDEX ?=
# PyPI lacks what torch for ROCm needs beside itself.
ALSO_FROM := $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")

VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
SAMPLE := resources/samples/street-rain.jpg
# OpenVINO, the faster engine on Intel's and AMD's processors (benchmarks/README.md).
FAST := $(if $(filter x86_64 amd64,$(shell uname -m)),[fast-cpu])

.DEFAULT_GOAL := help
.PHONY: help run bundle deb docs screenshots bench soak test test-slow lint

help:
	@echo "AfterRain takes the rain out of photos. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.program ## open the window on the sample photo; without a display, derain it here
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    $(VENV)/bin/afterrain $(SAMPLE); \
	else \
	    mkdir -p out && \
	    $(VENV)/bin/nledn derain $(SAMPLE) -o out/street.jpg \
	        --side-by-side out/street-before-after.jpg --overwrite >/dev/null && \
	    echo "The result:       $(CURDIR)/out/street.jpg" && \
	    echo "Before and after: $(CURDIR)/out/street-before-after.jpg"; \
	fi

bundle: $(VENV)/.bundle ## a folder that runs without an installation, dist/AfterRain/
	@PYINSTALLER_CONFIG_DIR=build/pyinstaller $(VENV)/bin/pyinstaller --noconfirm --log-level ERROR build.spec

deb: bundle ## a package for Debian and Ubuntu out of that, dist/afterrain_….deb
	@PYTHONPATH=.ci $(VENV)/bin/python -m bundle.deb dist/AfterRain dist

docs: $(VENV)/.docs ## the manual as a site that needs no network, dist/manual/index.html
	@$(VENV)/bin/python .ci/manual.py build/manual
	@$(VENV)/bin/zensical build --strict --clean

screenshots: $(VENV)/.program ## the README's pictures of the window, into docs/screenshots/
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python benchmarks/screenshots.py docs/screenshots
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python benchmarks/animation.py docs/screenshots/derain.webp

bench: $(VENV)/.tests ## seconds of a tile and of whole photos by every backend; half an hour
	@$(VENV)/bin/python benchmarks/inference.py --history benchmarks/inference.json
	@ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 $(VENV)/bin/python benchmarks/inference.py \
	    --sides 512 --precisions fp32 --label laptop --history benchmarks/inference.json
	@$(VENV)/bin/python -m benchmarks.photos
	@ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 $(VENV)/bin/python -m benchmarks.photos \
	    --megapixels 12 --precisions fp32 --plain-up-to 0
	@$(VENV)/bin/python -m benchmarks.in_flight

# Each line goes on after one that fails, so that a night is not lost; the last says what did.
soak: $(VENV)/.tests | $(VENV)/.browser ## what is promised, tried for hours; figures into benchmarks/soak.json
	@mkdir -p out; failed=""; \
	$(VENV)/bin/python -m tests.soak --minutes 90 --journal out/soak.log \
	    --history benchmarks/soak.json || failed="$$failed window"; \
	$(VENV)/bin/python -m tests.fuzz --count 20000 --seed 1 --keep out/fuzz \
	    --history benchmarks/soak.json || failed="$$failed photos"; \
	$(VENV)/bin/python benchmarks/batch.py --memory --photos 2000 \
	    --history benchmarks/soak.json || failed="$$failed batch"; \
	$(VENV)/bin/python -m tests.soak.traced -- -m tests.soak --minutes 10 --engine openvino \
	    --journal out/traced.log || failed="$$failed network"; \
	$(VENV)/bin/python -m tests.faults.kills --count 200 --seed 1 \
	    --history benchmarks/soak.json || failed="$$failed kills"; \
	test -z "$$failed" || { echo "Not as promised:$$failed" >&2; exit 1; }

# In two processes, on many cores in four: most tests wait for one thread.
test: lint ## style, spelling, types, directions of imports and the tests (a few minutes)
	@$(VENV)/bin/python -m pytest --quiet --numprocesses auto --maxprocesses 4 --dist worksteal

test-slow: $(VENV)/.tests $(VENV)/.bundle $(VENV)/.docs | $(VENV)/.browser ## the tests that take longer
	@$(VENV)/bin/python -m pytest --quiet -m slow || [ $$? -eq 5 ] # 5: there are none

lint: $(VENV)/.tests ## style, spelling, types and directions of imports
	@$(VENV)/bin/ruff format --check --quiet
	@$(VENV)/bin/ruff check --quiet
	@$(VENV)/bin/codespell .ci app benchmarks build.spec docs nledn pyproject.toml tests *.md
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

# Debian's libraries. Where they cannot be installed, the script names them and we go on without
# the stamp; order-only, so that nothing below is done again for that.
$(VENV)/.debian: .ci/debian-packages .ci/debian-packages.txt
	@mkdir -p $(VENV)
	@if .ci/debian-packages; then touch $@; fi

# Without a browser its tests are skipped, and say so.
$(VENV)/.browser: .ci/debian-packages .ci/debian-packages-slow.txt | $(VENV)/.tests
	@if .ci/debian-packages .ci/debian-packages-slow.txt; then touch $@; fi

$(VENV)/.python: constraints.txt | $(VENV)/.debian
	@test -n "$(PYTHON)" || { echo "AfterRain needs Python 3.11 or newer; give its path: make PYTHON=…" >&2; exit 1; }
	@$(VENV)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt 'pip>=25.1' # the first that knows dependency groups
	@touch $@

$(VENV)/.torch: constraints.txt $(VENV)/.python
	@echo "Installing torch; the first time this downloads a lot …"
	@if [ -n "$(TORCH_INDEX)" ]; then \
	    $(PIP) install --no-deps --index-url "$(TORCH_INDEX)" "$$(grep '^torch==' constraints.txt)"; \
	else \
	    $(PIP) install --constraint constraints.txt torch; \
	fi
	@touch $@

$(VENV)/.program: pyproject.toml constraints.txt $(VENV)/.torch
	@echo "Installing AfterRain into $(VENV)/ …"
	@$(PIP) install --constraint constraints.txt $(ALSO_FROM) --editable '.$(FAST)'
	@touch $@

$(VENV)/.bundle: $(VENV)/.program
	@echo "Installing what the bundle is made of …"
	@$(PIP) install --constraint constraints.txt $(ALSO_FROM) --editable '.[fast-cpu]' --group bundle
	@touch $@

$(VENV)/.docs: $(VENV)/.program
	@echo "Installing what the manual is built with …"
	@$(PIP) install --constraint constraints.txt $(ALSO_FROM) --editable . --group docs
	@touch $@

$(VENV)/.tests: $(VENV)/.program
	@echo "Installing what the tests need …"
	@$(PIP) install --constraint constraints.txt $(ALSO_FROM) --editable '.[cluster,fast-cpu]' \
	    --group lint --group test --group training
	@touch $@
