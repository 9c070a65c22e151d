"""Exports torchvision's, timm's and our own PyTorch networks to weightless ONNX graphs."""

import argparse
import io
import json
import pathlib
import warnings

import onnx
import torch

import counter
import fold
import free_batch
import weightless
from torch_networks import networks

_OPSET = 20


def do_not_initialise():
    """Weights are never looked at, and filling hundreds of millions takes minutes."""
    for name in ("kaiming_normal_", "kaiming_uniform_", "normal_", "trunc_normal_", "uniform_",
                 "xavier_uniform_"):
        setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)


def _adaptive_average(graph, x, size):
    """AdaptiveAvgPool2d for any image size: ONNX has it for an output of 1 x 1 only."""
    sides = torch.onnx.symbolic_helper._maybe_get_const(size, "is")
    if all(side == 1 for side in sides):
        return graph.op("GlobalAveragePool", x)
    none = graph.op("Constant", value_t=torch.tensor([], dtype=torch.float32))
    target = graph.op("Constant", value_t=torch.tensor(sides))
    return graph.op("Resize", x, none, none, target, axes_i=[2, 3], mode_s="linear",
                    antialias_i=1)


def _traced(network, module, inputs, sized):
    file = io.BytesIO()
    axes = {name: {i: axis for i, axis in enumerate(names) if axis in sized}
            for name, names in network.axes.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, inputs, file, dynamo=False, training=torch.onnx.TrainingMode.TRAINING,
            do_constant_folding=False, export_params=False, opset_version=_OPSET,
            input_names=list(network.axes), output_names=network.outputs, dynamic_axes=axes)
    return onnx.load_model_from_string(file.getvalue())


def _weights_are_no_inputs(model, inputs):
    """Without weights, the exporter makes inputs of them; they are initializers without data."""
    for value in list(model.graph.input):
        if value.name not in inputs:
            tensor = value.type.tensor_type
            dims = [dim.dim_value for dim in tensor.shape.dim]
            model.graph.initializer.append(
                weightless.empty_tensor(value.name, dims, tensor.elem_type))
            model.graph.input.remove(value)


def _export(network, sized, batch=2):
    torch.manual_seed(0)
    module = network.make().train()
    model = _traced(network, module, network.inputs(batch), sized)
    _weights_are_no_inputs(model, network.axes)
    return weightless.make_weightless(model, network.name, network.origin, fold.fold)


def _export_any_batch(network):
    """Traced with fixed sizes at two batches: what differs between the two is the batch."""
    model = _export(network, (), batch=2)
    free_batch.free(model, _export(network, (), batch=3))
    return model


def _works(network, model, sized):
    """Whether all shapes are found at other batches, and at another size if that is free."""
    image, sequence = network.image_size, network.sequence_length
    sizes = [(1, image, sequence), (32, image, sequence)]
    if "height" in sized:
        sizes += [(3, image + 64, sequence), (5, 2 * image, sequence)]
    if "sequence" in sized:
        sizes += [(3, image, sequence + 101)]
    for batch, side, steps in sizes:
        counter.count(model, batch=batch, image=side, sequence=steps)


def export(network, folder):
    """Writes the graph with as many free sizes as the network allows; returns its index entry."""
    choices = [("batch", "height", "width", "sequence"), ("batch",)]
    for sized in choices if network.any_size else choices[1:]:
        try:
            model = _export(network, sized) if len(sized) > 1 else _export_any_batch(network)
            _works(network, model, sized)
            break
        except (onnx.shape_inference.InferenceError, counter.Unshaped) as error:
            print(f"{network.name}: not with free {', '.join(sized)}: {str(error)[:300]}")
    else:
        raise SystemExit(f"{network.name}: no shapes; see above")
    raw, compressed, _ = weightless.write(model, folder / f"{network.name}.onnx.zst")
    macs, parameters = counter.count(model, batch=1, image=network.image_size,
                                     sequence=network.sequence_length)
    print(f"{network.name}: {len(model.graph.node)} nodes, {macs / 1e9:.3f} GMACs, "
          f"{parameters / 1e6:.2f} M parameters, {raw} -> {compressed} bytes", flush=True)
    return {"name": network.name, "family": network.family, "origin": network.origin,
            "image_size": network.image_size, "sequence_length": network.sequence_length,
            "any_size": len(sized) > 1, "aliases": network.aliases,
            "file": f"{network.name}.onnx.zst"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--entries", type=pathlib.Path, required=True, help="index entries, JSON")
    parser.add_argument("names", nargs="*", help="networks to export; all if none is named")
    options = parser.parse_args()
    do_not_initialise()
    torch.onnx.register_custom_op_symbolic("aten::adaptive_avg_pool2d", _adaptive_average, _OPSET)
    entries = [export(network, options.out) for network in networks()
               if not options.names or network.name in options.names]
    options.entries.write_text(json.dumps(entries, indent=1))


if __name__ == "__main__":
    main()
