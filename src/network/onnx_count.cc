#include "network/onnx_count.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "network/onnx_attributes.h"
#include "network/onnx_count_matrix.h"

namespace joulecast::network {
namespace {

using enum OperatorClass;

/// Of what the flops are counted a time each.
enum class Per { kOutput, kInput, kWindow };

struct Rule {
  std::string_view type;
  OperatorClass kind;
  double flops;  // an element
  int kernels = 1;
  Per per = Per::kOutput;
};

// Operations an element as a framework's kernel does them: an exponential or a division is one.
// Normalisations as in training: mean, variance, normalisation, scale and shift.
constexpr Rule kRules[] = {
    {"BatchNormalization", kNormalisation, 8.0},
    {"LayerNormalization", kNormalisation, 8.0},
    {"GroupNormalization", kNormalisation, 8.0},
    {"InstanceNormalization", kNormalisation, 8.0},
    {"MeanVarianceNormalization", kNormalisation, 6.0},
    {"RMSNormalization", kNormalisation, 5.0},
    {"LpNormalization", kNormalisation, 3.0},
    {"LRN", kNormalisation, 8.0},

    {"MaxPool", kReduction, 1.0, 1, Per::kWindow},
    {"AveragePool", kReduction, 1.0, 1, Per::kWindow},
    {"LpPool", kReduction, 2.0, 1, Per::kWindow},
    {"GlobalAveragePool", kReduction, 1.0, 1, Per::kInput},
    {"GlobalMaxPool", kReduction, 1.0, 1, Per::kInput},
    {"GlobalLpPool", kReduction, 2.0, 1, Per::kInput},
    {"ReduceMean", kReduction, 1.0, 1, Per::kInput},
    {"ReduceSum", kReduction, 1.0, 1, Per::kInput},
    {"ReduceMax", kReduction, 1.0, 1, Per::kInput},
    {"ReduceMin", kReduction, 1.0, 1, Per::kInput},
    {"ReduceProd", kReduction, 1.0, 1, Per::kInput},
    {"ReduceL1", kReduction, 2.0, 1, Per::kInput},
    {"ReduceL2", kReduction, 2.0, 1, Per::kInput},
    {"ReduceSumSquare", kReduction, 2.0, 1, Per::kInput},
    {"ReduceLogSum", kReduction, 1.0, 1, Per::kInput},
    {"ReduceLogSumExp", kReduction, 3.0, 1, Per::kInput},
    {"ArgMax", kReduction, 1.0, 1, Per::kInput},
    {"ArgMin", kReduction, 1.0, 1, Per::kInput},
    {"TopK", kReduction, 1.0, 1, Per::kInput},
    {"CumSum", kReduction, 1.0, 1, Per::kInput},

    {"Softmax", kElementWise, 5.0},
    {"LogSoftmax", kElementWise, 5.0},
    {"Sigmoid", kElementWise, 3.0},
    {"HardSigmoid", kElementWise, 4.0},
    {"HardSwish", kElementWise, 5.0},
    {"Swish", kElementWise, 4.0},
    {"Mish", kElementWise, 5.0},
    {"Gelu", kElementWise, 5.0},
    {"Elu", kElementWise, 3.0},
    {"Selu", kElementWise, 4.0},
    {"Celu", kElementWise, 4.0},
    {"Softplus", kElementWise, 2.0},
    {"Softsign", kElementWise, 3.0},
    {"Clip", kElementWise, 2.0},
    {"Dropout", kElementWise, 2.0},
    {"Relu", kElementWise, 1.0},
    {"LeakyRelu", kElementWise, 1.0},
    {"PRelu", kElementWise, 1.0},
    {"ThresholdedRelu", kElementWise, 1.0},
    {"Tanh", kElementWise, 1.0},
    {"Exp", kElementWise, 1.0},
    {"Log", kElementWise, 1.0},
    {"Erf", kElementWise, 1.0},
    {"Sqrt", kElementWise, 1.0},
    {"Reciprocal", kElementWise, 1.0},
    {"Pow", kElementWise, 1.0},
    {"Abs", kElementWise, 1.0},
    {"Neg", kElementWise, 1.0},
    {"Sign", kElementWise, 1.0},
    {"Floor", kElementWise, 1.0},
    {"Ceil", kElementWise, 1.0},
    {"Round", kElementWise, 1.0},
    {"Sin", kElementWise, 1.0},
    {"Cos", kElementWise, 1.0},
    {"Add", kElementWise, 1.0},
    {"Sub", kElementWise, 1.0},
    {"Mul", kElementWise, 1.0},
    {"Div", kElementWise, 1.0},
    {"Mod", kElementWise, 1.0},
    {"Min", kElementWise, 1.0},
    {"Max", kElementWise, 1.0},
    {"Sum", kElementWise, 1.0},
    {"Mean", kElementWise, 1.0},
    {"Where", kElementWise, 1.0},
    {"Equal", kElementWise, 1.0},
    {"Less", kElementWise, 1.0},
    {"LessOrEqual", kElementWise, 1.0},
    {"Greater", kElementWise, 1.0},
    {"GreaterOrEqual", kElementWise, 1.0},
    {"And", kElementWise, 1.0},
    {"Or", kElementWise, 1.0},
    {"Not", kElementWise, 1.0},
    {"IsNaN", kElementWise, 1.0},
    {"IsInf", kElementWise, 1.0},
    {"Cast", kElementWise, 0.0},
    {"CastLike", kElementWise, 0.0},
    {"RotaryEmbedding", kElementWise, 3.0},
    {"QuantizeLinear", kElementWise, 2.0},
    {"DequantizeLinear", kElementWise, 2.0},
    {"RandomNormalLike", kElementWise, 1.0},
    {"RandomUniformLike", kElementWise, 1.0},

    {"Gather", kDataMovement, 0.0},
    {"GatherElements", kDataMovement, 0.0},
    {"GatherND", kDataMovement, 0.0},
    {"ScatterElements", kDataMovement, 0.0},
    {"ScatterND", kDataMovement, 0.0},
    {"Concat", kDataMovement, 0.0},
    {"Pad", kDataMovement, 0.0},
    {"Tile", kDataMovement, 0.0},
    {"Transpose", kDataMovement, 0.0},
    {"Resize", kDataMovement, 0.0},
    {"Upsample", kDataMovement, 0.0},
    {"DepthToSpace", kDataMovement, 0.0},
    {"SpaceToDepth", kDataMovement, 0.0},
    {"OneHot", kDataMovement, 0.0},
    {"Trilu", kDataMovement, 0.0},
    {"ReverseSequence", kDataMovement, 0.0},
    {"Range", kDataMovement, 0.0},
    {"ConstantOfShape", kDataMovement, 0.0},
    {"EyeLike", kDataMovement, 0.0},
    {"Reshape", kDataMovement, 0.0, 0},
    {"Flatten", kDataMovement, 0.0, 0},
    {"Squeeze", kDataMovement, 0.0, 0},
    {"Unsqueeze", kDataMovement, 0.0, 0},
    {"Identity", kDataMovement, 0.0, 0},
    {"Slice", kDataMovement, 0.0, 0},
    {"Split", kDataMovement, 0.0, 0},
    {"Expand", kDataMovement, 0.0, 0},
};

const Rule* find_rule(std::string_view type) {
  const auto* found = std::find_if(std::begin(kRules), std::end(kRules),
                                   [type](const Rule& rule) { return rule.type == type; });
  return found == std::end(kRules) ? nullptr : found;
}

bool is_pool(std::string_view type) {
  return type == "MaxPool" || type == "AveragePool" || type == "LpPool";
}

void count_by_rule(const NodeValues& values, const Rule& rule, Operator& op) {
  op.kind = rule.kind;
  op.kernels = rule.kernels;
  double elements = values.outputs.front()->elements();
  if (rule.per == Per::kInput && !values.inputs.empty()) elements = values.inputs[0]->elements();
  if (rule.per == Per::kWindow) {
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

void count_traffic(const NodeValues& values, Operator& op) {
  std::set<const Value*> read;
  for (const Value* input : values.inputs) {
    const bool activation = input != nullptr && input->origin == Value::Origin::kActivation;
    if (activation && read.insert(input).second) op.input_elements += input->elements();
  }
  for (const Value* output : values.outputs) {
    if (output != nullptr) op.output_elements += output->elements();
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
  if (const Rule* rule = find_rule(values.type())) {
    count_by_rule(values, *rule, op);
    if (is_embedding(values)) op.kind = kEmbedding;
    return counted;
  }
  counted.known = false;
  op.kind = kElementWise;
  op.flops = values.outputs.front()->elements();
  return counted;
}

}  // namespace joulecast::network
