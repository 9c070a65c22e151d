"""Frees the batch of a graph that was traced with all sizes fixed.

Some networks compute shapes in ways that shape inference cannot follow with a free batch. Traced
at two batches, their graphs differ in exactly the constants that hold the batch.
"""

import numpy as np
from onnx import helper, numpy_helper

_SHAPES = {"Reshape": 1, "Expand": 1, "ConstantOfShape": 0}  # Which input is the shape.


def _constants(model):
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if t.raw_data}


def _batch_size_node(graph):
    node = helper.make_node("Shape", [graph.input[0].name], ["batch_size"], "batch_size",
                            start=0, end=1)
    if not any(other.name == node.name for other in graph.node):
        graph.node.insert(0, node)
    return node.output[0]


def _free_shape(graph, node, shape, differs):
    """The node's shape input, with the batch's entry left to be found."""
    if differs.sum() != 1 or (-1 in shape and np.argmax(differs) != 0):
        raise ValueError(f"{node.name} ({node.op_type}): which size is the batch is unclear")
    axis = int(np.argmax(differs))
    name = f"{node.name}.shape"
    if node.op_type == "Reshape":
        free = shape.copy()
        free[axis] = 0 if -1 in shape else -1  # 0: as the input has it, which begins likewise.
        graph.initializer.append(numpy_helper.from_array(free, name))
        return name
    if axis:
        raise ValueError(f"{node.name} ({node.op_type}): the batch is not its first size")
    rest = numpy_helper.from_array(shape[1:], f"{name}:1")
    graph.initializer.append(rest)
    concat = helper.make_node("Concat", [_batch_size_node(graph), rest.name], [name], name, axis=0)
    graph.node.insert(list(graph.node).index(node), concat)
    return name


def free(model, other):
    """Frees `model`'s batch, which `other`, traced at another batch, shows; in place."""
    mine, others = _constants(model), _constants(other)
    pairs = list(zip(list(model.graph.node), list(other.graph.node), strict=True))
    for node, twin in pairs:
        for index, (name, twin_name) in enumerate(zip(node.input, twin.input, strict=True)):
            if name not in mine or np.array_equal(mine[name], others[twin_name]):
                continue
            if _SHAPES.get(node.op_type) != index:
                raise ValueError(f"{node.name} ({node.op_type}): a constant holds the batch")
            node.input[index] = _free_shape(model.graph, node, mine[name],
                                            mine[name] != others[twin_name])
    for value in model.graph.input:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
