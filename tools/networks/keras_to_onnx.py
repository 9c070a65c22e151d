"""A Keras model of layers as an ONNX graph, one operator a layer, channels first.

Converters of Keras models fold batch norms away or refuse to convert them as they train; here they
stay. Weights are named and shaped, but have no data.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper

import weightless

_OPSET = 24  # The first that has Swish.
_ACTIVATIONS = {"relu": "Relu", "silu": "Swish", "swish": "Swish", "sigmoid": "Sigmoid",
                "softmax": "Softmax", "hard_silu": "HardSwish", "gelu": "Gelu", "tanh": "Tanh"}
_ARITHMETIC = {"Add": "Add", "Multiply": "Mul", "Subtract": "Sub", "TrueDivide": "Div"}


def _pair(value):
    return [value, value] if isinstance(value, int) else list(value)


class Converter:
    """Collects the nodes of one model; convert() is its only entry."""

    def __init__(self, model, name, origin):
        self._model, self._name, self._origin = model, name, origin
        self._nodes, self._initializers, self._constants = [], [], {}
        self._values = {}  # Of Keras' tensors, by id: the ONNX name.

    def convert(self):
        graph_inputs = [self._input(tensor) for tensor in self._model.inputs]
        by_depth = self._model._nodes_by_depth
        for depth in sorted(by_depth, reverse=True):
            for node in by_depth[depth]:
                if not node.is_input:
                    self._operation(node.operation, node)
        outputs = [helper.make_tensor_value_info(self._values[id(tensor)], 1, None)
                   for tensor in self._model.outputs]
        graph = helper.make_graph(self._nodes, self._name, graph_inputs, outputs,
                                  self._initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version, model.producer_name = 10, self._origin
        return model

    def _input(self, tensor):
        self._values[id(tensor)] = "input"
        shape = ["batch", tensor.shape[-1], "height", "width"]
        return helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, shape)

    def _emit(self, op_type, name, inputs, outputs=1, **attributes):
        names = [name if i == 0 else f"{name}:{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(op_type, inputs, names, name, **attributes))
        return name

    def _weight(self, name, dims):
        self._initializers.append(weightless.empty_tensor(name, dims))
        return name

    def _constant(self, array):
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = f"constant{len(self._constants)}"
            self._initializers.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def _operation(self, operation, node):
        arguments = [self._values.get(id(a), a) for a in node.arguments.args]
        kind = type(operation).__name__
        emit = getattr(self, "_" + kind, None)
        if kind in _ARITHMETIC:
            output = self._arithmetic(operation, kind, arguments)
        elif emit:
            output = emit(operation, *arguments)
        else:
            raise NotImplementedError(f"{operation.name}: {kind}")
        self._values[id(node.output_tensors[0])] = output

    def _arithmetic(self, operation, kind, arguments):
        inputs = arguments[0] if len(arguments) == 1 else arguments
        inputs = [self._values.get(id(x), x) for x in inputs]
        inputs = [x if isinstance(x, str) else self._constant(np.array(x, np.float32))
                  for x in inputs]
        return self._emit(_ARITHMETIC[kind], operation.name, inputs)

    def _activated(self, layer, name):
        activation = getattr(layer, "activation", None)
        if activation is None or activation.__name__ == "linear":
            return name
        attributes = {"axis": 1} if activation.__name__ == "softmax" else {}
        return self._emit(_ACTIVATIONS[activation.__name__], f"{name}.{activation.__name__}",
                          [name], **attributes)

    def _window(self, layer, kernel):
        padding = {"same": "SAME_UPPER", "valid": "VALID"}[layer.padding]
        dilations = _pair(getattr(layer, "dilation_rate", 1))
        return {"kernel_shape": _pair(kernel), "strides": _pair(layer.strides),
                "auto_pad": padding, "dilations": dilations}

    def _convolution(self, layer, name, x, weight, bias, **attributes):
        inputs = [x, self._weight(f"{name}.weight", weight)]
        if bias:
            inputs.append(self._weight(f"{name}.bias", [weight[0]]))
        return self._emit("Conv", name, inputs, **attributes)

    def _Conv2D(self, layer, x):
        height, width, inputs, filters = layer.kernel.shape
        self._convolution(layer, layer.name, x, [filters, inputs, height, width], layer.use_bias,
                          group=layer.groups, **self._window(layer, layer.kernel_size))
        return self._activated(layer, layer.name)

    def _DepthwiseConv2D(self, layer, x):
        height, width, inputs, multiplier = layer.kernel.shape
        self._convolution(layer, layer.name, x, [inputs * multiplier, 1, height, width],
                          layer.use_bias, group=inputs, **self._window(layer, layer.kernel_size))
        return self._activated(layer, layer.name)

    def _SeparableConv2D(self, layer, x):
        height, width, inputs, multiplier = layer.depthwise_kernel.shape
        deep = self._convolution(layer, f"{layer.name}.depthwise", x,
                                 [inputs * multiplier, 1, height, width], False, group=inputs,
                                 **self._window(layer, layer.kernel_size))
        self._convolution(layer, layer.name, deep,
                          [layer.filters, inputs * multiplier, 1, 1], layer.use_bias)
        return self._activated(layer, layer.name)

    def _BatchNormalization(self, layer, x):
        channels = [layer.moving_mean.shape[0]]
        # Keras may leave scale or centre out; ONNX has all four, so those are constants.
        tensors = [self._weight(f"{layer.name}.weight", channels) if layer.scale
                   else self._fill(channels, 1.0),
                   self._weight(f"{layer.name}.bias", channels) if layer.center
                   else self._fill(channels, 0.0),
                   self._weight(f"{layer.name}.running_mean", channels),
                   self._weight(f"{layer.name}.running_var", channels)]
        return self._emit("BatchNormalization", layer.name, [x, *tensors], outputs=3,
                          epsilon=layer.epsilon, momentum=layer.momentum, training_mode=1)

    def _fill(self, dims, value):
        name = f"{'ones' if value else 'zeros'}{dims[0]}"
        if not any(node.name == name for node in self._nodes):
            fill = numpy_helper.from_array(np.array([value], np.float32))
            shape = self._constant(np.array(dims, np.int64))
            self._emit("ConstantOfShape", name, [shape], value=fill)
        return name

    def _Activation(self, layer, x):
        name = layer.activation.__name__
        return self._emit(_ACTIVATIONS[name], layer.name, [x])

    def _ReLU(self, layer, x):
        if layer.max_value is None:
            return self._emit("Relu", layer.name, [x])
        bounds = [self._constant(np.array(b, np.float32)) for b in (0.0, layer.max_value)]
        return self._emit("Clip", layer.name, [x, *bounds])

    def _MaxPooling2D(self, layer, x):
        return self._emit("MaxPool", layer.name, [x], **self._window(layer, layer.pool_size))

    def _AveragePooling2D(self, layer, x):
        return self._emit("AveragePool", layer.name, [x], **self._window(layer, layer.pool_size))

    def _GlobalAveragePooling2D(self, layer, x):
        pooled = self._emit("GlobalAveragePool", layer.name, [x])
        if layer.keepdims:
            return pooled
        return self._emit("Flatten", f"{layer.name}.flatten", [pooled])

    def _ZeroPadding2D(self, layer, x):
        (top, bottom), (left, right) = layer.padding
        pads = self._constant(np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
        return self._emit("Pad", layer.name, [x, pads])

    def _Cropping2D(self, layer, x):
        (top, bottom), (left, right) = layer.cropping
        ends = [-side if side else np.iinfo(np.int64).max for side in (bottom, right)]
        slices = [self._constant(np.array(v, np.int64)) for v in ([top, left], ends, [2, 3])]
        return self._emit("Slice", layer.name, [x, *slices])

    def _Concatenate(self, layer, inputs):
        return self._emit("Concat", layer.name, [self._values[id(x)] for x in inputs], axis=1)

    def _Flatten(self, layer, x):
        flat = self._emit("Flatten", layer.name, [x])
        features = layer.output.shape[-1]
        if layer.input.shape[1:] == (1, 1, features):
            return flat
        # VGG's dense layers fit one image size. So that its features can be counted at others, with
        # another head, what they get is as long as at the usual size, where this does nothing.
        nothing, size = self._constant(np.array([], np.float32)), np.array([features], np.int64)
        return self._emit("Resize", f"{layer.name}.resize",
                          [flat, nothing, nothing, self._constant(size)], axes=[1])

    def _Reshape(self, layer, x):
        if len(layer.target_shape) == 1:
            return self._emit("Flatten", layer.name, [x])
        height, width, channels = layer.target_shape
        target = self._constant(np.array([-1, channels, height, width], np.int64))
        return self._emit("Reshape", layer.name, [x, target])

    def _Dense(self, layer, x):
        inputs = [x, self._weight(f"{layer.name}.weight", list(layer.kernel.shape))]
        if layer.use_bias:
            inputs.append(self._weight(f"{layer.name}.bias", [layer.units]))
        self._emit("Gemm", layer.name, inputs)
        return self._activated(layer, layer.name)

    def _Dropout(self, layer, x):
        ratio = self._constant(np.array(layer.rate, np.float32))
        training = self._constant(np.array(True))
        return self._emit("Dropout", layer.name, [x, ratio, training])

    def _Rescaling(self, layer, x):
        scale = self._constant(np.array(layer.scale, np.float32))
        scaled = self._emit("Mul", layer.name, [x, scale])
        if not np.any(layer.offset):
            return scaled
        offset = self._constant(np.array(layer.offset, np.float32))
        return self._emit("Add", f"{layer.name}.offset", [scaled, offset])

    def _CustomScaleLayer(self, layer, inputs):
        residual, branch = [self._values[id(x)] for x in inputs]
        scale = self._constant(np.array(layer.scale, np.float32))
        scaled = self._emit("Mul", f"{layer.name}.scale", [branch, scale])
        return self._emit("Add", layer.name, [residual, scaled])

    def _Normalization(self, layer, x):
        mean, deviation = [self._constant(np.array(v, np.float32)) for v in (0.0, 1.0)]
        centred = self._emit("Sub", layer.name, [x, mean])
        return self._emit("Div", f"{layer.name}.scale", [centred, deviation])
