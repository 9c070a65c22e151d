#!/usr/bin/env bash
# Everything that must hold before a change is taken: `make check`. Its last lines are ctest's.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

step() { printf '\n== %s (%s)\n' "$1" "$(date +%T)"; }
build() {  # PRESET [TARGET...]
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1" -j "$jobs" ${2:+--target "${@:2}"} -- --quiet
}

step "release build"
build release
step "clang-format and clang-tidy on changed files"
tools/lint.sh
step "fuzz targets, two minutes in all"
build fuzz fuzz/all
fuzz/run.sh 120
step "tests under AddressSanitizer and UndefinedBehaviorSanitizer"
build asan-ubsan
ctest --preset asan-ubsan -j "$jobs" --output-on-failure | tail -n 30
step "tests of the rooms with threads, under ThreadSanitizer"
build tsan joulecast_{step,measure,live,pre,hardware}_test
ctest --preset tsan -j "$jobs" -L threads --output-on-failure | tail -n 15
step "tests, release build"
ctest --preset release -j "$jobs" --output-on-failure
