#!/usr/bin/env bash
# joulecast beside CodeCarbon, Carbontracker and Zeus under the same pretended GPUs.
#
#   bench/peers/measure/run.sh [options of compare.py, e.g. --repeat 1 --tools joulecast zeus]
#
# Installs the peers from PyPI into build/peers-venv the first time (0.6 GB); after that it needs no
# network, and takes it away from the peers where it may. About 7 minutes for each GPU count.
set -euo pipefail
cd "$(dirname "$0")/../../.."
build=${BUILD:-build/release}
venv=build/peers-venv
if ! [ -d $venv ]; then
  "${PYTHON:-python3}" -m venv $venv
  $venv/bin/pip install -q codecarbon==3.3.2 carbontracker==2.4.7 zeus==0.16.0
fi
$venv/bin/pip list 2>/dev/null | grep -E '^(codecarbon|carbontracker|zeus|nvidia-ml-py) '
for gpus in ${GPUS:-1 8}; do
  $venv/bin/python bench/peers/measure/compare.py --joulecast "$build/joulecast" \
    --fake "$build/fake" --python $venv/bin/python --gpus "$gpus" "$@"
done
