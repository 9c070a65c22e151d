#!/usr/bin/env bash
# Fits data/estimators/default.json, the estimator that ships: parameters and how sure they are, no
# row of the recordings. DATA is a folder with the public recordings (docs/estimator-data.md says
# where each comes from). NOTICE names the sources.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?usage: tools/default_estimator.sh DATA}
joulecast=${JOULECAST:-build/release/joulecast}
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT

# Several GPUs of one process, as tf_cnn_benchmarks has them, are not what today's trainings do.
/usr/bin/python3 - "$data/lambda/runs.csv.gz" "$kept/lambda-one-gpu.csv" <<'PYTHON'
import csv, gzip, sys
with gzip.open(sys.argv[1], "rt", newline="") as source, open(sys.argv[2], "w", newline="") as kept:
    rows = csv.DictReader(source)
    writer = csv.DictWriter(kept, rows.fieldnames)
    writer.writeheader()
    writer.writerows(row for row in rows if row["gpus"] == "1")
PYTHON

# Under names that say whose they are: they stand in the file.
tables=()
table() {  # NAME FILE
  ln -s "$(realpath "$2")" "$kept/$1"
  tables+=(--data "$kept/$1")
}
table delrey2025.csv "$data/delrey2025/runs.csv"
table zeus-v100.csv "$data/zeus/summary_power_v100.csv"
table zeus-rtx6000.csv "$data/zeus/summary_power_rtx6000.csv"
table fischer2022.csv "$data/fischer2022/train_runs.csv"
table deepgreen.csv "$data/deepgreen/epochs.csv"
tables+=(--data "$kept/lambda-one-gpu.csv")
table ryujaehun.csv.gz "$data/ryujaehun/steps.csv.gz"
table timm.csv.gz "$data/timm/train.csv.gz"
table llm-foundry-mpt.csv "$data/llm/mpt_a100.csv"
table vtrain.csv "$data/llm/vtrain_a100_one_node.csv"
table neusight.csv "$data/neusight/end_to_end.csv"
table mlperf.csv.gz "$data/mlperf-times/configurations.csv.gz"
"$joulecast" fit --estimator joulecast --mixed-meters --no-errors --without-rows "${tables[@]}" \
  -o data/estimators/default.json
