"""Compares the graphs under data/networks with the frameworks' own counters and with recordings.

Usage: check.py --networks data/networks --counts torch.json keras.json [--runs runs.csv]
The counts come from check_frameworks.py. Prints the tables and what differs.
"""

import argparse
import csv
import json
import pathlib
import tomllib

import counter
import weightless

_TOLERANCE = 0.001
_RECORDED_TOLERANCE = 0.02

# What delrey2025 trained, as its README has it: a Keras base and dense layers.
_RECORDED = {
    ("mobilenet_v2", "chesslive"): ("keras/mobilenet_v2_0.5", "average", [512, 1]),
    ("nasnet_mobile", "chesslive"): ("keras/nasnet_mobile", "average", [512, 1]),
    ("resnet50", "chesslive"): ("keras/resnet50", "average", [1024, 512, 1]),
    ("vgg16", "chesslive"): ("keras/vgg16", "average", [1]),
    ("xception", "chesslive"): ("keras/xception", "average", [1024, 1]),
    ("inception_v3", "caltech101"): ("keras/inception_v3", "flatten", [2048, 1024, 102]),
    ("inception_v3", "stanford_dogs"): ("keras/inception_v3", "flatten", [2048, 2048, 120]),
}


def _percent(ours, theirs):
    return f"{100.0 * (ours / theirs - 1.0):+.2f} %" if theirs else ""


def _sizes(entry):
    return {"image": entry["image_size"], "sequence": entry["sequence_length"]}


def check_frameworks(folder, counts):
    """Our counts beside the frameworks'; returns the names that differ."""
    index = tomllib.loads((folder / "index.toml").read_text())["networks"]
    differing = []
    print("| network | size | GMACs | framework's | | M parameters | framework's |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for entry in index:
        if not entry["file"].endswith(".onnx.zst"):
            continue
        model = weightless.read(folder / entry["file"])
        macs, parameters = counter.count(model, batch=1, **_sizes(entry))
        size = entry["image_size"] or entry["sequence_length"] or "-"
        theirs = counts.get(entry["name"], {"macs": 0, "parameters": 0})
        print(f"| {entry['name']} | {size} | {macs / 1e9:.4f} | {theirs['macs'] / 1e9:.4f} | "
              f"{_percent(macs, theirs['macs'])} | {parameters / 1e6:.3f} | "
              f"{theirs['parameters'] / 1e6:.3f} |")
        if parameters != theirs["parameters"] or \
                abs(macs - theirs["macs"]) > _TOLERANCE * theirs["macs"]:
            differing.append(entry["name"])
    return differing


def _base(model, shapes):
    """MACs before the classifier, and the shape of the feature map that it is fed."""
    nodes = list(model.graph.node)
    after = max(i for i, node in enumerate(nodes) if node.op_type == "Conv")
    last = next(i for i, node in enumerate(nodes)
                if i > after and node.op_type in ("GlobalAveragePool", "Flatten"))
    macs = sum(counter.node_macs(node, shapes) for node in nodes[:last])
    return macs, shapes[nodes[last].input[0]][1:]


def check_recorded(folder, runs):
    """Our forward GFLOPs (2 a MAC) beside those of delrey2025."""
    with open(runs, newline="", encoding="utf-8") as file:
        recorded = sorted({(row["architecture"], row["dataset"], int(row["image_size"]),
                            float(row["gflops_forward"])) for row in csv.DictReader(file)})
    print("\n| network | data set | pixels | GFLOPs | recorded | |\n"
          "| --- | --- | ---: | ---: | ---: | ---: |")
    differing = []
    for architecture, dataset, size, gflops in recorded:
        name, pooling, units = _RECORDED[architecture, dataset]
        model = weightless.read(folder / f"{name}.onnx.zst")
        macs, (channels, height, width) = _base(model, counter.infer(model, batch=1, image=size))
        features = channels * (height * width if pooling == "flatten" else 1)
        for inputs, outputs in zip([features, *units], units):
            macs += inputs * outputs
        print(f"| {name} | {dataset} | {size} | {2e-9 * macs:.6f} | {gflops:.6f} | "
              f"{_percent(2e-9 * macs, gflops)} |")
        if abs(2e-9 * macs / gflops - 1.0) > _RECORDED_TOLERANCE:
            differing.append(f"{name} at {size}")
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=pathlib.Path, required=True)
    parser.add_argument("--counts", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--runs", type=pathlib.Path, help="delrey2025/runs.csv")
    options = parser.parse_args()
    counts = {}
    for file in options.counts:
        counts.update(json.loads(file.read_text()))
    differing = check_frameworks(options.networks, counts)
    if options.runs:
        differing += check_recorded(options.networks, options.runs)
    if differing:
        print(f"\nDiffering: {', '.join(differing)}")


if __name__ == "__main__":
    main()
