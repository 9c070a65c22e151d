"""What the frameworks' own counters say: run once in each framework's environment.

Prints JSON: {"resnet18": {"macs": ..., "parameters": ...}, ...}.
"""

import argparse
import json
import math


def _torch_counts(names):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from export_torch import do_not_initialise
    from torch_networks import networks

    do_not_initialise()
    for network in networks():
        if names and network.name not in names:
            continue
        module = network.make().eval().to("meta")
        inputs = tuple(x.to("meta") for x in network.usual_inputs())
        with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
            module(*inputs)
        parameters = sum(parameter.numel() for parameter in module.parameters())
        yield network.name, counter.get_total_flops() // 2, parameters


def keras_macs(model, size):
    """Multiply-accumulates of one sample, as TensorFlow's profiler counts convolutions' and
    matrix products' FLOPs."""
    import tensorflow as tf
    from tensorflow.python.framework import ops
    from tensorflow.python.profiler.internal import flops_registry  # noqa: F401  (registers)

    step = tf.function(lambda x: model(x, training=False)).get_concrete_function(
        tf.TensorSpec((1, size, size, 3)))
    flops = 0
    for operation in step.graph.get_operations():
        if operation.type in ("Conv2D", "DepthwiseConv2dNative", "MatMul"):
            node = operation.node_def
            flops += ops.get_stats_for_node_def(step.graph, node, "flops").value
    return int(flops) // 2


def _keras_counts(names):
    from keras_networks import NETWORKS

    for network in NETWORKS:
        if names and network.name not in names:
            continue
        model = network.make()
        trainable = sum(math.prod(variable.shape) for variable in model.trainable_variables)
        yield f"keras/{network.name}", keras_macs(model, network.image_size), trainable


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["torch", "keras"])
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    counts = _torch_counts if options.framework == "torch" else _keras_counts
    found = {name: {"macs": macs, "parameters": parameters}
             for name, macs, parameters in counts(options.names)}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
