#!/usr/bin/env bash
# Makes data/networks/*.onnx.zst and index.toml anew: two Python environments under
# build/exporters (about 8 GB), then both exporters. Needs Python 3.11 and half an hour.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly build=build/exporters tools=tools/networks out=data/networks

for framework in torch keras; do
  [[ -d $build/$framework ]] || python3 -m venv "$build/$framework"
  "$build/$framework/bin/pip" install --quiet -r "$tools/requirements-$framework.txt"
done

# Nothing is computed here that a GPU would speed up.
export CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3 OMP_NUM_THREADS=1
"$build/torch/bin/python" "$tools/export_torch.py" --out "$out" --entries "$build/torch.json"
"$build/keras/bin/python" "$tools/export_keras.py" --out "$out" --entries "$build/keras.json"
"$build/torch/bin/python" "$tools/index.py" --out "$out" "$build/torch.json" "$build/keras.json"
