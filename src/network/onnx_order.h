// In which order a graph's nodes can run.
#pragma once

#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "joulecast/base/result.h"

namespace joulecast::network {

/// The nodes' indices, each after what it reads; the file's order where that is such an order.
/// Errors: a cycle, two operators that write one tensor.
Result<std::vector<int>> order_nodes(const ONNX_NAMESPACE::GraphProto& graph,
                                     std::string_view file);

}  // namespace joulecast::network
