"""Makes an ONNX graph weightless: layers, names and shapes stay, weights go."""

import hashlib
import pathlib

import numpy as np
import onnx
import zstandard
from onnx import TensorProto, helper, numpy_helper

_KEPT_INTEGERS = 1024  # Shapes and indices up to this size keep their values,
_KEPT_FLOATS = 4  # and so do the bounds of Clip, scalings and the like.
_INTEGERS = {TensorProto.INT64, TensorProto.INT32, TensorProto.INT8, TensorProto.UINT8,
             TensorProto.BOOL}
_ZSTD_LEVEL = 19


def elements(tensor):
    return int(np.prod(tensor.dims, dtype=np.int64))


def has_data(tensor):
    return bool(tensor.raw_data or tensor.float_data or tensor.int64_data or tensor.int32_data
                or tensor.double_data) or elements(tensor) == 0


def empty_tensor(name, dims, data_type=TensorProto.FLOAT):
    """An initializer with a name, a type and a shape, but without data."""
    tensor = TensorProto(name=name, data_type=data_type)
    tensor.dims.extend(dims)
    return tensor


def _keeps_data(tensor):
    limit = _KEPT_INTEGERS if tensor.data_type in _INTEGERS else _KEPT_FLOATS
    return elements(tensor) <= limit


def _layer_of(node_name):
    """"/layer1/layer1.0/conv1/Conv" is of the layer "layer1.0.conv1"."""
    parts = []
    for part in node_name.strip("/").split("/")[:-1]:
        if parts and part.startswith(parts[-1] + "."):
            parts[-1] = part
        else:
            parts.append(part)
    return ".".join(parts)


def _node_names(graph):
    """One short, unique name a node: its layer's, and the operator's where the layer has more."""
    layers = [_layer_of(node.name) for node in graph.node]
    computing = [layer for layer, node in zip(layers, graph.node) if node.op_type != "Constant"]
    names, taken = [], set()
    for layer, node in zip(layers, graph.node):
        alone = computing.count(layer) == 1 and node.op_type != "Constant"
        name = layer if alone and layer else f"{layer}.{node.op_type}".lstrip(".")
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique)
        names.append(unique)
    return names


def _rename(graph):
    """Names of nodes become their layers', names of values those of the nodes that make them."""
    fixed = {value.name for value in graph.input} | {value.name for value in graph.output}
    fixed |= {tensor.name for tensor in graph.initializer}
    renamed = {}
    for node, name in zip(graph.node, _node_names(graph)):
        node.name = name
        for index, output in enumerate(node.output):
            if output and output not in fixed:
                renamed[output] = name if index == 0 else f"{name}:{index}"
        for field in (node.input, node.output):
            field[:] = [renamed.get(value, value) for value in field]


def _constants_to_initializers(graph):
    """A Constant node is no layer; as an initializer it needs no name of its own kind."""
    kept = []
    for node in graph.node:
        if node.op_type != "Constant" or node.attribute[0].name != "value":
            kept.append(node)
            continue
        tensor = TensorProto()
        tensor.CopyFrom(node.attribute[0].t)
        tensor.name = node.output[0]
        graph.initializer.append(tensor)
    del graph.node[:]
    graph.node.extend(kept)


def _drop_identities(graph):
    """Identity nodes that only give a shared constant or weight a second name."""
    renamed, kept = {}, []
    outputs = {value.name for value in graph.output}
    for node in graph.node:
        node.input[:] = [renamed.get(value, value) for value in node.input]
        if node.op_type == "Identity" and node.output[0] not in outputs:
            renamed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def _made_up(graph, tensor):
    """A node and its shape in place of a large constant (a mask), which is no weight to train."""
    shape = numpy_helper.from_array(np.array(tensor.dims, np.int64), f"{tensor.name}.shape")
    fill = onnx.TensorProto(data_type=tensor.data_type, dims=[1], float_data=[0.0])
    graph.node.insert(0, helper.make_node("ConstantOfShape", [shape.name], [tensor.name],
                                          tensor.name, value=fill))
    return shape


def _strip_data(graph):
    used = {value for node in graph.node for value in node.input}
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    stripped = []
    for tensor in tensors:
        if tensor.data_type == TensorProto.FLOAT and not _is_parameter(tensor) \
                and not _keeps_data(tensor):
            stripped.append(_made_up(graph, tensor))
        elif _keeps_data(tensor) and not _is_parameter(tensor):
            array = numpy_helper.to_array(tensor)
            if array.size == 1 and tensor.data_type == TensorProto.FLOAT:
                array = array.reshape(())  # A scaling; with a rank it would look like a weight.
            stripped.append(numpy_helper.from_array(array, tensor.name))
        else:
            stripped.append(empty_tensor(tensor.name, tensor.dims, tensor.data_type))
    del graph.initializer[:]
    graph.initializer.extend(stripped)


def _is_parameter(tensor):
    return not has_data(tensor)


def _share_constants(graph):
    """Equal constants become one, named by their values: what is left is the same every time."""
    by_value, renamed, kept = {}, {}, []
    for tensor in graph.initializer:
        if _is_parameter(tensor):
            kept.append(tensor)
            continue
        key = (tensor.data_type, tuple(tensor.dims), tensor.raw_data)
        if key not in by_value:
            by_value[key] = f"constant{len(by_value)}"
            renamed[tensor.name] = by_value[key]
            tensor.name = by_value[key]
            kept.append(tensor)
        else:
            renamed[tensor.name] = by_value[key]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in graph.node:
        node.input[:] = [renamed.get(value, value) for value in node.input]


def make_weightless(model, name, origin, fold=None):
    """A copy of `model` without weights, documentation and names of the machine that made it.

    `fold`, if given, changes the model in place once its constants are initializers.
    """
    graph = helper.make_graph([], name, [], [])
    for field in ("node", "input", "output", "initializer"):
        getattr(graph, field).extend(getattr(model.graph, field))
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    _drop_identities(graph)
    _constants_to_initializers(graph)
    opsets = [helper.make_opsetid(opset.domain, opset.version) for opset in model.opset_import]
    stripped = helper.make_model(graph, opset_imports=opsets)
    stripped.ir_version = min(model.ir_version, 10)
    if fold:
        fold(stripped)
    _rename(stripped.graph)
    _strip_data(stripped.graph)
    _share_constants(stripped.graph)
    stripped.producer_name = origin
    return stripped


def write(model, path):
    """Writes `model` compressed; the same model gives the same bytes."""
    raw = model.SerializeToString(deterministic=True)
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(raw))
    return len(raw), path.stat().st_size, hashlib.sha256(raw).hexdigest()


def read(path):
    raw = zstandard.ZstdDecompressor().decompress(pathlib.Path(path).read_bytes())
    return onnx.load_model_from_string(raw)
