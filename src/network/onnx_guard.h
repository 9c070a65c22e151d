// What ONNX's own inference takes on trust.
#pragma once

#include <optional>
#include <string>

#include <onnx/onnx_pb.h>

namespace joulecast::network {

/// What is wrong with a node's attributes, if anything: a stride of zero would divide by zero.
std::optional<std::string> attribute_fault(const ONNX_NAMESPACE::NodeProto& node);

}  // namespace joulecast::network
