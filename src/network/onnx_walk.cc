#include "network/onnx_walk.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "network/onnx_attributes.h"
#include "network/onnx_order.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;
using Origin = Value::Origin;

constexpr int kDeepest = 16;

bool is_body(const NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(), [](const auto& attribute) {
    return attribute.has_g() || attribute.graphs_size() > 0;
  });
}

void add_once(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

Status Walker::walk(GraphProto& graph, int depth) {
  if (depth > kDeepest) return Error{fmt::format("{}: its graphs are nested too deeply", file_)};
  const auto order = order_nodes(graph, file_);
  if (!order) return order.error();
  for (const int index : *order) {
    if (auto status = visit(*graph.mutable_node(index), depth); !status) return status;
  }
  return {};
}

Status Walker::visit(NodeProto& node, int depth) {
  if (is_body(node)) {
    if (node.op_type() == "If") return visit_if(node, depth);
    return table_.error(node,
                        "runs a body as often as its data say, which cannot be counted; "
                        "export the network unrolled");
  }
  if (auto status = table_.infer(node); !status) return status;
  const auto written = std::find_if(node.output().begin(), node.output().end(),
                                    [](const std::string& name) { return !name.empty(); });
  if (written == node.output().end()) return {};
  const Value* first = table_.find(*written);
  if (first->origin == Origin::kDataDependent) {
    ++data_dependent_;
    return {};
  }
  if (first->origin == Origin::kConstant) return {};
  if (drops_nothing(node)) {
    return table_.add_alias(node.output(0), Value(*table_.find(node.input(0))));
  }
  return count(node);
}

Status Walker::visit_if(NodeProto& node, int depth) {
  const Value* condition = node.input().empty() ? nullptr : table_.find(node.input(0));
  const bool known = condition != nullptr && condition->small && condition->small->size() == 1 &&
                     !condition->small->real();
  const bool taken = !known || condition->small->integers[0] != 0;
  if (!known) {
    add_once(network_.notes, "An If whose condition the data decide was counted as if it held.");
  }
  for (auto& attribute : *node.mutable_attribute()) {
    if (attribute.name() != (taken ? "then_branch" : "else_branch")) continue;
    GraphProto& branch = *attribute.mutable_g();
    for (const auto& tensor : branch.initializer()) {
      if (auto status = table_.add_initializer(tensor); !status) return status;
    }
    if (auto status = walk(branch, depth + 1); !status) return status;
    for (int i = 0; i < std::min(node.output_size(), branch.output_size()); ++i) {
      const Value* value = table_.find(branch.output(i).name());
      if (value == nullptr) return table_.error(node, "has a branch that writes nothing");
      auto status = table_.add_alias(node.output(i), Value(*value));
      if (!status) return status;
    }
    return {};
  }
  return table_.error(node, "lacks a branch");
}

/// Dropout and stochastic depth of no share: frameworks hand the input on.
bool Walker::drops_nothing(const NodeProto& node) const {
  if (node.op_type() != "Dropout" || node.input().empty() || node.input(0).empty()) return false;
  const auto* attribute = find_attribute(node, "ratio");  // before opset 12
  if (attribute != nullptr) return attribute->f() == 0.0F;
  const Value* ratio = node.input_size() > 1 ? table_.find(node.input(1)) : nullptr;
  return ratio != nullptr && ratio->small && ratio->small->real() && ratio->small->size() == 1 &&
         ratio->small->reals[0] == 0.0;
}

bool Walker::merge_bias(const NodeValues& values) {
  if (values.type() != "Add" || values.inputs.size() != 2) return false;
  const std::size_t bias = values.constant_input(0) ? 0 : 1;
  const Value* product = values.inputs[1 - bias];
  if (!values.constant_input(bias) || product == nullptr || product->producer < 0) return false;
  Operator& op = network_.operators[static_cast<std::size_t>(product->producer)];
  const Value& added = *values.inputs[bias];
  const bool fits = op.type == "MatMul" && op.kind == OperatorClass::kGemm &&
                    op.parameter_tensors == 1 && added.weights.size() == 1 &&
                    added.dims.size() == 1 && added.elements() == op.out_channels;
  if (!fits) return false;
  Weight& weight = table_.weights()[static_cast<std::size_t>(added.weights[0])];
  if (!weight.counted) {
    weight.counted = true;
    op.parameters += weight.elements;
    ++op.parameter_tensors;
  }
  return true;
}

std::string Walker::unique_name(const NodeProto& node) {
  std::string name = printable(node.name());
  if (name.empty()) name = fmt::format("{}_{}", printable(node.op_type()), traces_.size());
  int& uses = names_[name];
  while (uses++ > 0) {
    std::string other = fmt::format("{}_{}", name, uses);
    if (names_.emplace(other, 1).second) return other;
  }
  return name;
}

Status Walker::count(const NodeProto& node) {
  NodeValues values;
  values.node = &node;
  values.batch_size = batch_size_;
  Trace trace;
  for (const auto& name : node.input()) {
    const Value* value = name.empty() ? nullptr : table_.find(name);
    values.inputs.push_back(value);
    if (value != nullptr && value->producer >= 0) trace.sources.push_back(value->producer);
  }
  for (const auto& name : node.output()) {
    if (!name.empty()) values.outputs.push_back(table_.find(name));
  }
  std::sort(trace.sources.begin(), trace.sources.end());
  trace.sources.erase(std::unique(trace.sources.begin(), trace.sources.end()), trace.sources.end());
  trace.output = values.output();

  int producer = static_cast<int>(network_.operators.size());
  if (merge_bias(values)) {
    producer = trace.sources.back();
  } else {
    auto counted = count_operator(values, table_.weights());
    if (!counted) return table_.error(node, counted.error().message + "; export it again");
    if (!counted->known) add_once(unknown_, printable(node.op_type()));
    counted->op.name = unique_name(node);
    network_.operators.push_back(std::move(counted->op));
    traces_.push_back(std::move(trace));
  }
  for (const auto& name : node.output()) {
    if (!name.empty()) table_.find(name)->producer = producer;
  }
  return {};
}

void Walker::add_notes() {
  if (data_dependent_ > 0) {
    network_.notes.push_back(fmt::format(
        "{} operators behind one whose output the data size (as NonZero) were not counted.",
        data_dependent_));
  }
  std::vector<std::string> foreign;
  for (const auto& name : table_.assumed()) add_once(foreign, printable(name));
  for (const auto& name : foreign) std::erase(unknown_, name.substr(name.rfind('.') + 1));
  if (!foreign.empty()) {
    network_.notes.push_back(fmt::format("Operators not of ONNX were counted as element-wise: {}.",
                                         fmt::join(foreign, ", ")));
  }
  if (!unknown_.empty()) {
    network_.notes.push_back(fmt::format(
        "Operators without a rule were counted as element-wise: {}.", fmt::join(unknown_, ", ")));
  }
}

Network Walker::take(const std::string& output) {
  const Value* value = table_.find(output);
  int last = static_cast<int>(network_.operators.size()) - 1;
  if (value != nullptr && value->producer >= 0) last = value->producer;
  mark_head(network_, traces_, last);
  add_notes();
  return std::move(network_);
}

}  // namespace joulecast::network
