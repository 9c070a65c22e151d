#!/usr/bin/env bash
# Line coverage of the tests, as build/coverage/coverage.html and a summary.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v gcovr >/dev/null || { echo "coverage needs gcovr: apt-get install gcovr" >&2; exit 1; }
cmake --preset coverage >/dev/null
cmake --build --preset coverage -j "$(nproc)"
ctest --preset coverage -j "$(nproc)" --output-on-failure | tail -n 3
gcovr --root . --filter 'src/' --exclude '.*_test\.cc' --object-directory build/coverage \
  --html-details build/coverage/coverage.html --print-summary | tail -n 4
