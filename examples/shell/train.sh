#!/bin/sh
# A training that is a shell script marks its epochs with a command:
#
#     joulecast run -- examples/shell/train.sh
#
# `joulecast mark` finds the measurement by itself (JOULECAST_SOCKET); without one, skip it.
set -eu
cd "$(dirname "$0")/../pytorch"
mark() {
  [ -z "${JOULECAST_SOCKET:-}" ] || joulecast mark "$@" || true  # A lost mark never stops a training.
}

epochs=${1:-5}
mark plan "epochs=$epochs"
epoch=1
while [ "$epoch" -le "$epochs" ]; do
  mark epoch_begin "$epoch"
  # Whatever trains for one epoch; its own marks are not wanted here.
  JOULECAST_SOCKET= "${PYTHON:-/usr/bin/python3}" train.py --epochs 1 --seed "$epoch" |
    sed "s|epoch 1/1|epoch $epoch/$epochs|"
  mark epoch_end "$epoch"
  epoch=$((epoch + 1))
done
