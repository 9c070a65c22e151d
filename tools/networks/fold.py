"""Folds what an exporter computes from weights, constants and fixed shapes: no step does it.

A node that only sees constants with values is run; one that also sees weights (the transposed
weight of a linear layer, the stacked gates of a recurrent one) becomes a weight of its shape; a
size that does not change with the batch or the image becomes a constant.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import weightless

_RANDOM = {"Dropout", "RandomUniformLike", "RandomNormalLike", "Bernoulli"}
# What changes a weight's form alone, and so could be done once and for all.
_FORMING = {"Cast", "Concat", "Flatten", "Reshape", "Slice", "Split", "Squeeze", "Transpose",
            "Unsqueeze"}


def _run(node, tensors, opsets):
    values = [helper.make_tensor_value_info(name, 0, None) for name in node.output]
    inputs = [tensors[name] for name in dict.fromkeys(node.input) if name]
    graph = helper.make_graph([node], "fold", [], values, inputs)
    model = helper.make_model(graph, opset_imports=opsets)
    return [np.asarray(array) for array in ReferenceEvaluator(model).run(None, {})]


def _dims(value):
    """Its dimensions, None for those that are free; None if nothing is known of them."""
    if value is None or not value.type.tensor_type.HasField("shape"):
        return None
    return [dim.dim_value if dim.HasField("dim_value") else None
            for dim in value.type.tensor_type.shape.dim]


def _fixed_size(node, tensors, values, makers):
    """What a Shape, or a Gather from one, yields whatever the batch; None if it depends."""
    if node.op_type == "Shape" and not node.attribute:
        dims = _dims(values.get(node.input[0]))
        return np.array(dims) if dims is not None and None not in dims else None
    if node.op_type != "Gather" or node.input[1] not in tensors:
        return None
    source = makers.get(node.input[0])
    if source is None or source.op_type != "Shape" or source.attribute:
        return None
    dims = _dims(values.get(source.input[0]))
    index = numpy_helper.to_array(tensors[node.input[1]])
    if dims is None:
        return None
    sizes = [dims[i] for i in index.flat]
    return None if None in sizes else np.array(sizes).reshape(index.shape)


def _weights_like(node, values):
    for name in node.output:
        value = values[name]
        if None in (_dims(value) or [None]):
            raise ValueError(f"{node.name} ({node.op_type}): no shape of a weight's other form")
        yield weightless.empty_tensor(name, _dims(value), value.type.tensor_type.elem_type)


def _random_values(graph):
    """What stays although it sees only constants: random numbers, and what shapes them."""
    nodes = [node for node in graph.node if node.op_type in _RANDOM]
    return {name for node in nodes for name in [node.input[0], *node.output]}


def _replacement(node, tensors, values, makers, random, opsets):
    """The constants that stand for a node's outputs, or None if it has to stay."""
    size = _fixed_size(node, tensors, values, makers)
    if size is not None:
        return [numpy_helper.from_array(size.astype(np.int64), node.output[0])]
    inputs = [name for name in node.input if name]
    if not inputs or node.output[0] in random or any(name not in tensors for name in inputs):
        return None
    if all(weightless.has_data(tensors[name]) for name in inputs):
        arrays = _run(node, tensors, opsets)
        return [numpy_helper.from_array(*pair) for pair in zip(arrays, node.output)]
    return list(_weights_like(node, values)) if node.op_type in _FORMING else None


def _fold_once(model):
    graph = model.graph
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    values = {value.name: value for value in [*inferred.input, *inferred.value_info]}
    makers = {name: node for node in graph.node for name in node.output}
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    random = _random_values(graph)
    kept = []
    for node in graph.node:
        constants = _replacement(node, tensors, values, makers, random, model.opset_import)
        if constants is None:
            kept.append(node)
        else:
            tensors.update({constant.name: constant for constant in constants})
    folded = len(graph.node) - len(kept)
    del graph.node[:]
    graph.node.extend(kept)
    del graph.initializer[:]
    graph.initializer.extend(tensors.values())
    return folded


def _drop_unused(graph):
    while True:
        used = {name for node in graph.node for name in node.input}
        used |= {value.name for value in graph.output}
        kept = [node for node in graph.node if used.intersection(node.output)]
        if len(kept) == len(graph.node):
            return
        del graph.node[:]
        graph.node.extend(kept)


def _fuse_swish(model):
    """x * sigmoid(x) is one operator in the frameworks, and in ONNX from opset 24."""
    graph = model.graph
    sigmoids = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Sigmoid"}
    fused = False
    for node in graph.node:
        if node.op_type != "Mul":
            continue
        for x, gate in (node.input, reversed(node.input)):
            if sigmoids.get(gate) == x:
                node.op_type, node.input[:], fused = "Swish", [x], True
                break
    if fused:
        model.opset_import[0].version = 24
        _drop_unused(graph)


def fold(model):
    """Changes `model` in place."""
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    while _fold_once(model):
        _drop_unused(model.graph)
    _fuse_swish(model)
