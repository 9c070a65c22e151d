#!/usr/bin/env bash
# The random search of 100 kernel-ridge candidates x 5 folds: joulecast beside scikit-learn, in one
# run, on two cores each.
#
#   bench/peers/krr/run.sh [runs.csv]     (the paper's 857 trainings: delrey2025's columns)
#
# Installs scikit-learn into build/krr-venv the first time; BUILD names a build folder with the
# benchmarks (JOULECAST_BUILD_BENCHMARKS).
set -euo pipefail
cd "$(dirname "$0")/../../.."
table=${1:-${JOULECAST_SHARED_DATA:-../shared/data}/delrey2025/runs.csv}
build=${BUILD:-build/release}
venv=build/krr-venv
if ! [ -d $venv ]; then
  "${PYTHON:-python3}" -m venv $venv
  $venv/bin/pip install -q scikit-learn
fi
$venv/bin/pip list 2>/dev/null | grep -E '^(scikit-learn|numpy|scipy) '
ours=$(JOULECAST_BENCH_TABLE=$table "$build/bench/joulecast_pre_bench" \
  --benchmark_filter='random_search_of/krr/2' --benchmark_repetitions=5 --benchmark_format=json \
  --benchmark_report_aggregates_only=true)
theirs=$(OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $venv/bin/python \
  bench/peers/krr/search.py "$table")
OURS=$ours THEIRS=$theirs python3 - << 'PYTHON'
import json
import os

ours = next(row["real_time"] / 1e3 for row in json.loads(os.environ["OURS"])["benchmarks"]
            if row.get("aggregate_name") == "median")
theirs = json.loads(os.environ["THEIRS"])
print(f"scikit-learn, n_jobs=2: {theirs['seconds']:.3f} s (best R2 {theirs['best_r2']:.4f})")
print(f"joulecast, 2 threads:   {ours:.4f} s")
print(f"ratio: {theirs['seconds'] / ours:.0f}")
PYTHON
