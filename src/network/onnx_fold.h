// Operators on small constants, evaluated: how a graph computes the shapes that it asks for.
#pragma once

#include <optional>
#include <vector>

#include "network/onnx_tensor.h"

namespace joulecast::network {

/// The output of a node with one output, from its inputs (nullptr: left out). No value: not an
/// operator that shapes are computed with, or not on tensors as small as these.
std::optional<SmallTensor> fold(const ONNX_NAMESPACE::NodeProto& node,
                                const std::vector<const SmallTensor*>& inputs);

/// What a Constant node holds, if small.
std::optional<SmallTensor> constant_of(const ONNX_NAMESPACE::NodeProto& node);

}  // namespace joulecast::network
