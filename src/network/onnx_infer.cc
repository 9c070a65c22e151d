// The shapes of an operator's outputs, from those of its inputs.
#include <fmt/format.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "network/onnx_attributes.h"
#include "network/onnx_fold.h"
#include "network/onnx_guard.h"
#include "network/onnx_shapes.h"
#include "network/onnx_types.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::OpSchema;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TypeProto;
using Origin = Value::Origin;

bool same_shape(const TypeProto& a, const TypeProto& b) {
  return a.tensor_type().has_shape() && b.tensor_type().has_shape() &&
         a.tensor_type().shape().SerializeAsString() == b.tensor_type().shape().SerializeAsString();
}

bool depends_on_data(std::string_view type) {
  constexpr std::array<std::string_view, 5> kTypes = {"NonZero", "NonMaxSuppression", "Unique",
                                                      "Compress", "StringSplit"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_random(std::string_view type) {
  return type.starts_with("Random") || type == "Bernoulli" || type == "Multinomial";
}

bool default_domain(const NodeProto& node) {
  return node.domain().empty() || node.domain() == "ai.onnx";
}

/// Whether a window without padding of its own is larger than what it slides over: ONNX's
/// inference rounds towards zero and so finds an output of 1.
bool overhangs(const NodeProto& node, const Dims& input) {
  const std::string& type = node.op_type();
  if (type != "Conv" && type != "MaxPool" && type != "AveragePool" && type != "LpPool") {
    return false;
  }
  if (text_attribute(node, "auto_pad").starts_with("SAME")) return false;
  if (integer_attribute(node, "ceil_mode", 0) != 0) return false;
  const auto sides = integers_attribute(node, "kernel_shape");
  const auto pads = integers_attribute(node, "pads");
  const auto dilations = integers_attribute(node, "dilations");
  if (input.size() != sides.size() + 2) return false;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const bool padded = pads.size() == 2 * sides.size();
    const std::int64_t room = input[i + 2] + (padded ? pads[i] + pads[i + sides.size()] : 0);
    const std::int64_t step = dilations.size() == sides.size() ? dilations[i] : 1;
    if (input[i + 2] > 0 && room < step * (sides[i] - 1) + 1) return true;
  }
  return false;
}

/// ONNX's inference reads as many sides of a kernel as the kernel has, and of what it slides over
/// as many as the input has.
std::optional<std::string> kernel_fault(std::string_view type, const Dims& input,
                                        const Dims& kernel) {
  constexpr std::array<std::string_view, 3> kTypes = {"Conv", "ConvTranspose", "ConvInteger"};
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return std::nullopt;
  if (input.size() == kernel.size() && input.size() > 2) return std::nullopt;
  return fmt::format("has a kernel of {} axes over an input of {}", kernel.size(), input.size());
}

/// Their schemas have no inference of shapes; the output is as the first input.
bool shaped_as_input(std::string_view type) {
  return type == "GroupNormalization" || type == "MeanVarianceNormalization" ||
         type == "InstanceNormalization" || type == "LpNormalization";
}

}  // namespace

std::optional<Value> ShapeTable::folded(const NodeProto& node) const {
  std::vector<const SmallTensor*> inputs;
  for (const auto& name : node.input()) {
    const Value* value = find(name);
    if (value != nullptr && !value->small) return std::nullopt;
    inputs.push_back(value != nullptr ? &*value->small : nullptr);
  }
  const auto small = fold(node, inputs);
  if (!small) return std::nullopt;
  Value value;
  value.origin = Origin::kConstant;
  value.dims = small->dims;
  value.type = small->type;
  value.small = small;
  return value;
}

/// Shape and Size: with every size known they are constants.
static std::optional<SmallTensor> shape_of(const NodeProto& node, const Value& value) {
  SmallTensor out = {.type = TensorProto::INT64, .dims = {}, .integers = {}, .reals = {}};
  if (node.op_type() == "Size") {
    out.integers = {static_cast<std::int64_t>(value.elements())};
    return out;
  }
  const auto rank = static_cast<std::int64_t>(value.dims.size());
  const auto bounded = [rank](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  const std::int64_t begin = bounded(integer_attribute(node, "start", 0));
  const std::int64_t end = bounded(integer_attribute(node, "end", rank));
  if (begin < end) out.integers.assign(value.dims.begin() + begin, value.dims.begin() + end);
  out.dims = {static_cast<std::int64_t>(out.integers.size())};
  return out;
}

Status ShapeTable::infer(NodeProto& node) {
  bool constant = !is_random(node.op_type());
  bool data_dependent = false;
  for (const auto& name : node.input()) {
    if (name.empty()) continue;
    const Value* value = find(name);
    if (value == nullptr)
      return error(node, fmt::format("reads {}, which nothing gives", quoted(name)));
    constant = constant && value->origin == Origin::kConstant;
    data_dependent = data_dependent || value->origin == Origin::kDataDependent;
  }
  if (data_dependent || (depends_on_data(node.op_type()) && !constant)) {
    Value value;
    value.origin = Origin::kDataDependent;
    for (const auto& name : node.output()) {
      if (auto status = add(name, value); !status) return status;
    }
    return {};
  }
  if (const auto fault = attribute_fault(node)) return error(node, *fault);
  const Origin origin = constant ? Origin::kConstant : Origin::kActivation;
  if (!default_domain(node)) return infer_foreign(node, origin);
  const Value* input = node.input_size() > 1 ? find(node.input(0)) : nullptr;
  const Value* kernel = input != nullptr ? find(node.input(1)) : nullptr;
  if (kernel != nullptr) {
    const auto fault = kernel_fault(node.op_type(), input->dims, kernel->dims);
    if (fault) return error(node, *fault);
  }
  if (node.op_type() == "Constant") return constant_node(node);
  const bool shape = node.op_type() == "Shape" || node.op_type() == "Size";
  if (shape && node.input_size() == 1 && node.output_size() == 1 &&
      find(node.input(0)) != nullptr) {
    Value value;
    value.origin = Origin::kConstant;
    value.small = shape_of(node, *find(node.input(0)));
    value.dims = value.small->dims;
    value.type = value.small->type;
    return add(node.output(0), std::move(value));
  }
  if (constant && node.output_size() == 1) {
    if (auto value = folded(node)) {
      value->weights = weights_of(node);
      return add(node.output(0), std::move(*value));
    }
  }
  const OpSchema* schema = onnx_schemas().GetSchema(node.op_type(), opset_, "");
  if (schema == nullptr) {
    return error(node, fmt::format("is none of opset {}; export it again", opset_));
  }
  return infer_by_schema(node, *schema, origin);
}

Status ShapeTable::infer_by_schema(NodeProto& node, const OpSchema& schema, Origin origin) {
  std::vector<TypeProto> outputs;
  try {
    schema.Verify(node);
    ONNX_NAMESPACE::shape_inference::DataValueMap unused;
    const ONNX_NAMESPACE::ShapeInferenceOptions options(false, 1, false);
    ONNX_NAMESPACE::shape_inference::InferenceContextImpl context(node, types_, data_, {}, options,
                                                                  nullptr, nullptr);
    if (schema.has_type_and_shape_inference_function()) {
      schema.GetTypeAndShapeInferenceFunction()(context);
    } else if (shaped_as_input(node.op_type()) && node.input_size() > 0) {
      context.allOutputTypes_[0] = *types_.at(node.input(0));
    } else if (schema.HasFunction()) {
      ONNX_NAMESPACE::shape_inference::InferShapeForFunctionNode(
          *schema.GetFunction(), &onnx_schemas(), context, options, {}, nullptr, &unused);
    }
    outputs = std::move(context.allOutputTypes_);
  } catch (const ONNX_NAMESPACE::InferenceError& failure) {
    return error(node, fmt::format("contradicts the sizes that reach it ({}); export the network "
                                   "with dynamic axes, or ask for the sizes it was exported with",
                                   printable(failure.what())));
  } catch (const std::exception& failure) {
    return error(node, fmt::format("is not as opset {} has it ({}); export it again", opset_,
                                   printable(failure.what())));
  }
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    auto status = take_output(node, i, outputs[static_cast<std::size_t>(i)], origin);
    if (!status) return status;
  }
  return {};
}

Status ShapeTable::take_output(const NodeProto& node, int index, const TypeProto& type,
                               Origin origin) {
  auto dims = known_dims(type);
  Value value;
  value.origin = origin;
  value.type = type.tensor_type().elem_type();
  if (!dims) {
    dims = declared_dims(node, node.output(index));
    const auto declared = declared_.find(node.output(index));
    if (dims && value.type == 0) value.type = declared->second.tensor_type().elem_type();
  }
  if (!dims) {
    return error(node,
                 "has an output whose shape cannot be found; export it with static shapes, or "
                 "run onnx.shape_inference on it first");
  }
  const Value* input = node.input().empty() ? nullptr : find(node.input(0));
  const bool overhanging = input != nullptr && overhangs(node, input->dims);
  if (overhanging || comes_to_nothing(node, *dims)) return empty_output(node);
  if (dims->size() > kMostAxes || !element_count(*dims)) {
    return error(node, "writes a tensor of more elements than any machine holds");
  }
  value.dims = std::move(*dims);
  if (const auto fault = reshape_fault(node, value)) return error(node, *fault);
  if (origin == Origin::kConstant) value.weights = weights_of(node);
  return add(node.output(index), std::move(value));
}

/// Whether a side is lost here: a kernel larger than what it slides over. A program may ask for an
/// empty slice, and what is empty already stays so.
bool ShapeTable::comes_to_nothing(const NodeProto& node, const Dims& dims) const {
  if (std::any_of(dims.begin(), dims.end(), [](auto side) { return side < 0; })) return true;
  const auto empty = [](const Dims& sides) {
    return std::find(sides.begin(), sides.end(), 0) != sides.end();
  };
  if (!empty(dims) || node.op_type() == "Slice" || node.op_type() == "Split") return false;
  return std::none_of(node.input().begin(), node.input().end(), [&](const std::string& name) {
    const Value* input = find(name);
    return input != nullptr && input->origin == Origin::kActivation && empty(input->dims);
  });
}

Error ShapeTable::empty_output(const NodeProto& node) const {
  if (asked_.empty()) return error(node, "would have no output: what reaches it is too small");
  return Error{fmt::format("{}: {} is too small: the operator {} {} would have no output", file_,
                           asked_, printable(node.op_type()), quoted(name_of(node)))};
}

/// ONNX's inference takes a Reshape's sizes as they are written.
std::optional<std::string> ShapeTable::reshape_fault(const NodeProto& node,
                                                     const Value& output) const {
  if (node.op_type() != "Reshape" || node.input().empty()) return std::nullopt;
  const Value* input = find(node.input(0));
  if (input == nullptr || input->elements() == output.elements()) return std::nullopt;
  return fmt::format(
      "makes {} elements of {}: it has a size written in; export the network with dynamic axes, or "
      "ask for the sizes it was exported with",
      output.elements(), input->elements());
}

std::optional<Dims> ShapeTable::declared_dims(const NodeProto& node,
                                              const std::string& output) const {
  const auto declared = declared_.find(output);
  if (declared == declared_.end()) return std::nullopt;
  for (const auto& name : node.input()) {
    const auto of_input = declared_.find(name);
    const Value* value = find(name);
    if (value == nullptr || of_input == declared_.end()) continue;
    if (same_shape(of_input->second, declared->second)) return value->dims;
  }
  return changed_ ? std::nullopt : known_dims(declared->second);
}

Status ShapeTable::infer_foreign(const NodeProto& node, Origin origin) {
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    const auto dims = declared_dims(node, node.output(i));
    if (!dims) {
      return error(node, fmt::format("is of the domain {}, which is not known here; export the "
                                     "network with operators of the default domain",
                                     quoted(node.domain())));
    }
    const int type = declared_.at(node.output(i)).tensor_type().elem_type();
    if (auto status = take_output(node, i, to_type(type, *dims), origin); !status) return status;
  }
  if (assumed_.size() < kMostAxes) assumed_.push_back(node.domain() + "." + node.op_type());
  return {};
}

}  // namespace joulecast::network
