#include "network/onnx_shapes.h"

#include <fmt/format.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "network/onnx_attributes.h"
#include "network/onnx_fold.h"
#include "network/onnx_guard.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::OpSchema;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TypeProto;
using Origin = Value::Origin;

constexpr int kMostAxes = 32;

TypeProto to_type(int type, const Dims& dims) {
  TypeProto proto;
  auto* tensor = proto.mutable_tensor_type();
  tensor->set_elem_type(type);
  auto* shape = tensor->mutable_shape();
  for (const std::int64_t size : dims) shape->add_dim()->set_dim_value(size);
  return proto;
}

/// No value: not a tensor, or a size is not known.
std::optional<Dims> known_dims(const TypeProto& type) {
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) return std::nullopt;
  Dims dims;
  for (const auto& dim : type.tensor_type().shape().dim()) {
    if (!dim.has_dim_value()) return std::nullopt;
    dims.push_back(dim.dim_value());
  }
  return dims;
}

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

/// Their schemas have no inference of shapes; the output is as the first input.
bool shaped_as_input(std::string_view type) {
  return type == "GroupNormalization" || type == "MeanVarianceNormalization" ||
         type == "InstanceNormalization" || type == "LpNormalization";
}

}  // namespace

double Value::elements() const {
  double product = 1.0;
  for (const std::int64_t size : dims) product *= static_cast<double>(size);
  return product;
}

Error ShapeTable::error(const NodeProto& node, std::string_view what) const {
  const std::string& name = !node.name().empty()    ? node.name()
                            : node.output().empty() ? node.op_type()
                                                    : node.output(0);
  return Error{fmt::format("{}: the operator {} {} {}", file_, printable(node.op_type()),
                           quoted(name), what)};
}

const Value* ShapeTable::find(const std::string& name) const {
  const auto place = values_.find(name);
  return place == values_.end() ? nullptr : &place->second;
}

Value* ShapeTable::find(const std::string& name) {
  const auto place = values_.find(name);
  return place == values_.end() ? nullptr : &place->second;
}

void ShapeTable::add(const std::string& name, Value value) {
  types_[name] = &type_store_.emplace_back(to_type(value.type, value.dims));
  data_.erase(name);
  if (value.small) data_[name] = &data_store_.emplace_back(to_proto(*value.small));
  values_[name] = std::move(value);
}

void ShapeTable::add_weight(Value& value) {
  // A lone number is a constant of a formula, not something that is trained.
  if (!is_real(value.type) || value.dims.empty()) return;
  value.weights.push_back(static_cast<int>(weights_.size()));
  weights_.push_back({.elements = value.elements(), .counted = false});
}

void ShapeTable::declare(const ONNX_NAMESPACE::GraphProto& graph, bool changed) {
  changed_ = changed;
  for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()}) {
    for (const auto& info : *list) declared_.emplace(info.name(), info.type());
  }
}

Status ShapeTable::add_input(const ONNX_NAMESPACE::ValueInfoProto& input) {
  if (const Value* known = find(input.name()); known != nullptr) {
    // Older files list their initializers as inputs too.
    if (known->origin == Origin::kConstant) return {};
    return Error{
        fmt::format("{}: has two inputs named {}; export it again", file_, quoted(input.name()))};
  }
  const auto dims = known_dims(input.type());
  if (!dims || dims->size() > kMostAxes || !element_count(*dims)) {
    return Error{fmt::format("{}: the input {} is larger than any machine holds, or has no shape",
                             file_, quoted(input.name()))};
  }
  Value value;
  value.dims = *dims;
  value.type = input.type().tensor_type().elem_type();
  add(input.name(), std::move(value));
  return {};
}

Status ShapeTable::add_initializer(const TensorProto& tensor) {
  Value value;
  value.origin = Origin::kConstant;
  value.dims.assign(tensor.dims().begin(), tensor.dims().end());
  value.type = tensor.data_type();
  if (value.dims.size() > kMostAxes || !element_count(value.dims)) {
    return Error{fmt::format("{}: the tensor {} claims {} elements, more than any machine holds",
                             file_, quoted(tensor.name()),
                             value.dims.size() > kMostAxes ? 0.0 : value.elements())};
  }
  if (values_.count(tensor.name()) > 0) {
    return Error{
        fmt::format("{}: has two tensors named {}; export it again", file_, quoted(tensor.name()))};
  }
  value.small = read_small(tensor);
  add_weight(value);
  add(tensor.name(), std::move(value));
  return {};
}

std::vector<int> ShapeTable::weights_of(const NodeProto& node) const {
  std::vector<int> all;
  for (const auto& name : node.input()) {
    const Value* value = find(name);
    if (value != nullptr) all.insert(all.end(), value->weights.begin(), value->weights.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  constexpr std::size_t kMost = 1024;  // a hostile graph could double the list at every operator
  if (all.size() > kMost) all.resize(kMost);
  return all;
}

Status ShapeTable::constant_node(const NodeProto& node) {
  if (node.output_size() != 1) return error(node, "must have one output");
  Value value;
  value.origin = Origin::kConstant;
  if (const auto small = constant_of(node)) {
    value.dims = small->dims;
    value.type = small->type;
    value.small = small;
  } else if (const auto* attribute = find_attribute(node, "value")) {
    value.dims.assign(attribute->t().dims().begin(), attribute->t().dims().end());
    value.type = attribute->t().data_type();
  } else {
    return error(node, "holds what no network computes with");
  }
  if (value.dims.size() > kMostAxes || !element_count(value.dims)) {
    return error(node, "claims more elements than any machine holds");
  }
  if (value.elements() > 1.0) add_weight(value);
  add(node.output(0), std::move(value));
  return {};
}

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
    for (const auto& name : node.output()) add(name, value);
    return {};
  }
  if (const auto fault = attribute_fault(node)) return error(node, *fault);
  const Origin origin = constant ? Origin::kConstant : Origin::kActivation;
  if (!default_domain(node)) return infer_foreign(node, origin);
  if (node.op_type() == "Constant") return constant_node(node);
  const bool shape = node.op_type() == "Shape" || node.op_type() == "Size";
  if (shape && node.input_size() == 1 && node.output_size() == 1 &&
      find(node.input(0)) != nullptr) {
    Value value;
    value.origin = Origin::kConstant;
    value.small = shape_of(node, *find(node.input(0)));
    value.dims = value.small->dims;
    value.type = value.small->type;
    add(node.output(0), std::move(value));
    return {};
  }
  if (constant && node.output_size() == 1) {
    if (auto value = folded(node)) {
      value->weights = weights_of(node);
      add(node.output(0), std::move(*value));
      return {};
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
  if (dims->size() > kMostAxes || !element_count(*dims)) {
    return error(node, "writes a tensor of more elements than any machine holds");
  }
  value.dims = std::move(*dims);
  if (origin == Origin::kConstant) value.weights = weights_of(node);
  add(node.output(index), std::move(value));
  return {};
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
