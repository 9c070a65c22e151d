"""Exports Keras applications to weightless ONNX graphs."""

import argparse
import json
import pathlib

import onnx

import counter
import weightless
from keras_networks import NETWORKS, ORIGIN
from keras_to_onnx import Converter


def _any_size(model, size):
    """Whether other images than the usual are possible: not where a map is flattened."""
    try:
        for batch, side in ((3, size + 64), (5, 2 * size)):
            counter.count(model, batch=batch, image=side)
    except (onnx.shape_inference.InferenceError, counter.Unshaped):
        return False
    return True


def export(network, folder):
    name = f"keras/{network.name}"
    definition = network.make()
    model = Converter(definition, name, ORIGIN).convert()
    macs, parameters = counter.count(model, batch=1, image=network.image_size)
    counter.infer(model, batch=32, image=network.image_size)
    raw, compressed, _ = weightless.write(model, folder / f"{name}.onnx.zst")
    any_size = _any_size(model, network.image_size)
    print(f"{name}: {len(model.graph.node)} nodes, {macs / 1e9:.3f} GMACs, "
          f"{parameters / 1e6:.2f} M parameters, any size: {any_size}, "
          f"{raw} -> {compressed} bytes", flush=True)
    return {"name": name, "family": network.family, "origin": ORIGIN,
            "image_size": network.image_size, "sequence_length": 0,
            "any_size": any_size, "aliases": network.aliases, "file": f"{name}.onnx.zst"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--entries", type=pathlib.Path, required=True, help="index entries, JSON")
    parser.add_argument("names", nargs="*", help="networks to export; all if none is named")
    options = parser.parse_args()
    entries = [export(network, options.out) for network in NETWORKS
               if not options.names or network.name in options.names]
    options.entries.write_text(json.dumps(entries, indent=1))


if __name__ == "__main__":
    main()
