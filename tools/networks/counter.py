"""Counts a network's multiply-accumulates and parameters from its ONNX graph."""

import math

import onnx
from onnx import TensorProto

_FLOATS = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}
# Inputs that are kept beside the parameters but do not train.
_BUFFERS = {"BatchNormalization": (3, 4)}
_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


class Unshaped(Exception):
    """An output whose shape could not be inferred."""


def _sized(model, batch, image, sequence):
    """`model` with its named dimensions set, and no shape but the inputs' left to lean on."""
    sizes = {"batch": batch, "height": image, "width": image, "sequence": sequence}
    sized = onnx.ModelProto()
    sized.CopyFrom(model)
    del sized.graph.value_info[:]
    for value in sized.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param and sizes.get(dim.dim_param):
                dim.dim_value = sizes[dim.dim_param]
    for value in sized.graph.output:
        value.type.tensor_type.ClearField("shape")
    return sized


def infer(model, batch=1, image=None, sequence=None):
    """Shapes of all values for these sizes: {name: dims}. Raises Unshaped or InferenceError."""
    sized = _sized(model, batch, image, sequence)
    inferred = onnx.shape_inference.infer_shapes(sized, strict_mode=True, data_prop=True)
    graph = inferred.graph
    shapes = {}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        dims = value.type.tensor_type.shape.dim
        if value.type.tensor_type.HasField("shape") and all(d.HasField("dim_value") for d in dims):
            shapes[value.name] = [d.dim_value for d in dims]
    for node in graph.node:
        for output in node.output:
            if output and output not in shapes:
                raise Unshaped(f"{node.name} ({node.op_type}): no shape of {output}")
    shapes.update({tensor.name: list(tensor.dims) for tensor in graph.initializer})
    return shapes


def _attribute(node, name, default):
    for attribute in node.attribute:
        if attribute.name == name:
            return onnx.helper.get_attribute_value(attribute)
    return default


def node_macs(node, shapes):
    """Multiply-accumulates of one node; 0 for all but convolutions and matrix products."""
    inputs = [shapes.get(name, []) for name in node.input]
    output = shapes[node.output[0]] if node.output[0] else []
    if node.op_type == "Conv":
        return math.prod(output) * math.prod(inputs[1][1:])
    if node.op_type == "ConvTranspose":
        return math.prod(inputs[0]) * math.prod(inputs[1][1:])
    if node.op_type == "Gemm":
        inner = inputs[0][0 if _attribute(node, "transA", 0) else 1]
        if inner != inputs[1][1 if _attribute(node, "transB", 0) else 0]:  # Inference lets it pass.
            raise Unshaped(f"{node.name} (Gemm): {inputs[0]} does not fit {inputs[1]}")
        return math.prod(output) * inner
    if node.op_type == "MatMul":
        return math.prod(output) * inputs[0][-1]
    if node.op_type in _GATES:
        steps, batch = inputs[0][:2]
        return steps * batch * (math.prod(inputs[1]) + math.prod(inputs[2]))
    return 0


def count(model, **sizes):
    """(MACs, parameters) of one forward pass, from the inferred shapes."""
    shapes = infer(model, **sizes)
    floats = {t.name: math.prod(t.dims) for t in model.graph.initializer
              if t.data_type in _FLOATS and not t.raw_data}
    macs, parameters = 0, {}
    for node in model.graph.node:
        macs += node_macs(node, shapes)
        for index, name in enumerate(node.input):
            if name in floats and index not in _BUFFERS.get(node.op_type, ()):
                parameters[name] = floats[name]
    return macs, sum(parameters.values())
