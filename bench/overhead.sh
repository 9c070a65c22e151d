#!/usr/bin/env bash
# What `joulecast run` costs the training that it measures: bench/overhead.sh [SECONDS]
# Eight pretended GPUs at 10 Hz; every figure beside its limit (docs/benchmarks.md).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build/release}
exec /usr/bin/python3 bench/overhead.py --joulecast "$build/joulecast" --fake "$build/fake" \
  --seconds "${1:-60}"
