#include "network/onnx_count.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "network/onnx_attributes.h"
#include "network/onnx_count_matrix.h"
#include "network/operator_rules.h"

namespace joulecast::network {
namespace {

bool is_pool(std::string_view type) {
  return type == "MaxPool" || type == "AveragePool" || type == "LpPool";
}

void count_by_rule(const NodeValues& values, const OperatorRule& rule, Operator& op) {
  op.kind = rule.kind;
  op.kernels = rule.kernels;
  double elements = values.outputs.front()->elements();
  if (rule.per == FlopsPer::kInput && !values.inputs.empty())
    elements = values.inputs[0]->elements();
  if (rule.per == FlopsPer::kWindow) {
    for (const std::int64_t side : integers_attribute(*values.node, "kernel_shape")) {
      elements *= static_cast<double>(side);
    }
  }
  op.flops = rule.flops * elements;
  if (is_pool(rule.type)) {
    const auto strides = integers_attribute(*values.node, "strides");
    if (!strides.empty()) op.stride = static_cast<int>(strides[0]);
  }
}

/// Rows of a table that is trained.
bool is_embedding(const NodeValues& values) {
  return (values.type() == "Gather" || values.type() == "GatherND") && values.constant_input(0) &&
         !values.inputs[0]->weights.empty();
}

/// What an input of constants is to the operator.
enum class Role { kWeight, kBuffer, kSetting };

Role role_of(std::string_view type, std::size_t index) {
  constexpr std::array<std::string_view, 10> kSettings = {
      "Resize", "Upsample", "Pad",   "Clip",           "Dropout",
      "Range",  "OneHot",   "Where", "QuantizeLinear", "TopK"};
  if (std::find(kSettings.begin(), kSettings.end(), type) != kSettings.end()) return Role::kSetting;
  if (type == "BatchNormalization" && index >= 3) return Role::kBuffer;
  const bool recurrent = type == "LSTM" || type == "GRU" || type == "RNN";
  if (recurrent && index >= 4 && index <= 6) return Role::kSetting;  // lengths, initial states
  if (type == "DequantizeLinear" && index > 0) return Role::kSetting;
  return Role::kWeight;
}

void count_weights(const NodeValues& values, std::vector<Weight>& weights, Operator& op) {
  for (std::size_t i = 0; i < values.inputs.size(); ++i) {
    if (values.inputs[i] == nullptr) continue;
    const Role role = role_of(values.type(), i);
    if (role == Role::kSetting) continue;
    for (const int index : values.inputs[i]->weights) {
      Weight& weight = weights[static_cast<std::size_t>(index)];
      if (weight.counted) continue;
      weight.counted = true;
      if (role == Role::kBuffer) {
        op.buffers += weight.elements;
      } else {
        op.parameters += weight.elements;
        ++op.parameter_tensors;
      }
    }
  }
}

/// Whether all outputs but the first are a mask of bits or statistics of channels or rows.
bool has_side_outputs(std::string_view type) {
  return type == "Dropout" || type == "BatchNormalization" || type == "LayerNormalization";
}

void count_traffic(const NodeValues& values, Operator& op) {
  std::set<const Value*> read;
  for (const Value* input : values.inputs) {
    const bool activation = input != nullptr && input->origin == Value::Origin::kActivation;
    if (activation && read.insert(input).second) op.input_elements += input->elements();
  }
  const std::size_t counted = has_side_outputs(values.type()) ? 1 : values.outputs.size();
  for (std::size_t i = 0; i < std::min(counted, values.outputs.size()); ++i) {
    if (values.outputs[i] != nullptr) op.output_elements += values.outputs[i]->elements();
  }
}

}  // namespace

const Dims& NodeValues::input(std::size_t index) const {
  static const Dims none;
  return index < inputs.size() && inputs[index] != nullptr ? inputs[index]->dims : none;
}

bool NodeValues::constant_input(std::size_t index) const {
  return index < inputs.size() && inputs[index] != nullptr &&
         inputs[index]->origin == Value::Origin::kConstant;
}

Result<Counted> count_operator(const NodeValues& values, std::vector<Weight>& weights) {
  Counted counted;
  Operator& op = counted.op;
  op.type = values.type();
  count_traffic(values, op);
  count_weights(values, weights, op);
  if (const auto status = count_matrix(values, op)) {
    if (!*status) return status->error();
    return counted;
  }
  if (const OperatorRule* rule = find_operator_rule(values.type())) {
    count_by_rule(values, *rule, op);
    if (is_embedding(values)) op.kind = OperatorClass::kEmbedding;
    return counted;
  }
  counted.known = false;
  op.kind = OperatorClass::kElementWise;
  op.flops = values.outputs.front()->elements();
  return counted;
}

}  // namespace joulecast::network
