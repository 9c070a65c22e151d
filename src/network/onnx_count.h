// What one operator costs, from its inputs' and outputs' shapes.
#pragma once

#include <string>
#include <vector>

#include "joulecast/network/network.h"
#include "network/onnx_shapes.h"

namespace joulecast::network {

/// A node of the graph with what reaches and leaves it; nullptr: left out.
struct NodeValues {
  const ONNX_NAMESPACE::NodeProto* node = nullptr;
  std::vector<const Value*> inputs, outputs;
  std::int64_t batch_size = 1;

  const std::string& type() const { return node->op_type(); }
  /// An empty shape if there is no such input.
  const Dims& input(std::size_t index) const;
  const Dims& output() const { return outputs.front()->dims; }
  bool constant_input(std::size_t index) const;
};

/// Fills everything but the name and the head. Precondition: a first output. `known` says whether
/// the operator has a rule here; without one it is counted as element-wise. Error: one clause, what
/// contradicts.
struct Counted {
  Operator op;
  bool known = true;
};
Result<Counted> count_operator(const NodeValues& values, std::vector<Weight>& weights);

}  // namespace joulecast::network
