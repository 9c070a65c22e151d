// From a parsed graph to a Network: every operator shaped and counted once, in order.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "joulecast/network/onnx.h"
#include "network/onnx_count.h"
#include "network/onnx_head.h"

namespace joulecast::network {

class Walker {
 public:
  /// Precondition: the graph's inputs and initializers are in the table.
  Walker(ShapeTable& table, std::int64_t batch_size, std::string_view file)
      : table_(table), batch_size_(batch_size), file_(file) {}

  Status walk(ONNX_NAMESPACE::GraphProto& graph, int depth = 0);

  /// The operators and notes of all that was walked; `output` is the network's first.
  Network take(const std::string& output);

 private:
  Status visit(ONNX_NAMESPACE::NodeProto& node, int depth);
  Status visit_if(ONNX_NAMESPACE::NodeProto& node, int depth);
  Status count(const ONNX_NAMESPACE::NodeProto& node);
  bool drops_nothing(const ONNX_NAMESPACE::NodeProto& node) const;
  bool merge_bias(const NodeValues& values);
  std::string unique_name(const ONNX_NAMESPACE::NodeProto& node);
  void add_notes();

  ShapeTable& table_;
  std::int64_t batch_size_;
  std::string_view file_;
  Network network_;
  std::vector<Trace> traces_;
  std::unordered_map<std::string, int> names_;
  std::vector<std::string> unknown_;
  int data_dependent_ = 0;
};

}  // namespace joulecast::network
