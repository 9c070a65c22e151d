#!/usr/bin/env bash
# make bench: our benchmarks, and beside them in the same run the peers that are installed.
# PEERS_PYTHON names a Python that has stumpy, pyscamp or pandas (default: python3).
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/release/bench
python=${PEERS_PYTHON:-python3}
for program in "$build"/joulecast_*_bench; do
  "$program" --benchmark_min_time=0.5
done
echo
echo "== peers, in turn with ours"
"$python" bench/peers/matrix_profile.py "$build/joulecast_matrix_profile_bench"
"$python" bench/peers/read_csv.py
echo
echo "== start of the process: joulecast --help, 20 times"
time for _ in $(seq 20); do build/release/joulecast --help >/dev/null; done
