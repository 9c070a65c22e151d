# The front door: thin targets over CMake. `make demo` first, `make check` before you send a change.
CMAKE ?= cmake
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
DEMO ?= data/recorded/transfer-digits
# Debian's own, which has Debian's PyTorch.
PYTHON ?= /usr/bin/python3

.PHONY: help demo check bench fuzz coverage portable install packages build lint test-release \
  test-asan-ubsan test-tsan fuzz-briefly clean

help:
	@sed -n 's/^## //p' Makefile

## make demo       install what is missing, build, project a recorded training, then measure a real one
demo: build
	@echo
	build/release/joulecast project $(DEMO)
	@echo
	build/release/joulecast run --store build/demo-runs -- $(PYTHON) examples/pytorch/train.py
	@echo
	build/release/joulecast show last --store build/demo-runs

## make check      install what is missing, build, run every test (release, sanitizers, lint, fuzzers briefly)
check: packages
	tools/check.sh

## make bench      benchmarks, beside their peers where those are installed
bench: build
	bench/run.sh

## make fuzz       every fuzz target, FUZZ_SECONDS in all (default one hour)
FUZZ_SECONDS ?= 3600
fuzz: packages
	$(CMAKE) --preset fuzz >/dev/null && $(CMAKE) --build --preset fuzz -j $(JOBS) --target fuzz/all
	fuzz/run.sh $(FUZZ_SECONDS)

## make coverage   line coverage of the tests, in build/coverage/coverage.html
coverage: packages
	tools/coverage.sh

## make portable   one self-contained binary for x86-64 and one for aarch64
portable: packages
	tools/install.sh tools/packages-portable.txt
	$(CMAKE) --preset portable >/dev/null && $(CMAKE) --build --preset portable -j $(JOBS)
	$(CMAKE) --preset portable-aarch64 >/dev/null && $(CMAKE) --build --preset portable-aarch64 -j $(JOBS)

## make install    command, library and headers under PREFIX (default /usr/local)
install: build
	DESTDIR=$(DESTDIR) $(CMAKE) --install build/release --prefix $(PREFIX)

## make lint       clang-format and clang-tidy on the files changed since BASE (ALL=1: on all)
lint: packages
	tools/lint.sh

packages:
	@tools/install.sh tools/packages.txt

build: packages
	$(CMAKE) --preset release >/dev/null
	$(CMAKE) --build --preset release -j $(JOBS)

clean:
	rm -rf build
