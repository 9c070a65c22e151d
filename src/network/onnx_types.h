// Shapes as ONNX's inference has them.
#pragma once

#include <optional>

#include <onnx/onnx_pb.h>

#include "network/onnx_tensor.h"

namespace joulecast::network {

/// The most axes of a tensor.
inline constexpr int kMostAxes = 32;

ONNX_NAMESPACE::TypeProto to_type(int type, const Dims& dims);

/// No value: not a tensor, or a size is not known.
std::optional<Dims> known_dims(const ONNX_NAMESPACE::TypeProto& type);

}  // namespace joulecast::network
