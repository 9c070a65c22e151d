#include "network/onnx_shapes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "network/onnx_attributes.h"
#include "network/onnx_fold.h"
#include "network/onnx_types.h"

namespace joulecast::network {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using Origin = Value::Origin;

double Value::elements() const {
  double product = 1.0;
  for (const std::int64_t size : dims) product *= static_cast<double>(size);
  return product;
}

const std::string& name_of(const NodeProto& node) {
  if (!node.name().empty()) return node.name();
  return node.output().empty() ? node.op_type() : node.output(0);
}

Error ShapeTable::error(const NodeProto& node, std::string_view what) const {
  return Error{fmt::format("{}: the operator {} {} {}", file_, printable(node.op_type()),
                           quoted(name_of(node)), what)};
}

const Value* ShapeTable::find(const std::string& name) const {
  const auto place = values_.find(name);
  return place == values_.end() ? nullptr : &place->second;
}

Value* ShapeTable::find(const std::string& name) {
  const auto place = values_.find(name);
  return place == values_.end() ? nullptr : &place->second;
}

/// What a value takes, here and once more as ONNX's inference wants it.
static std::size_t bytes_of(const Value& value) {
  constexpr std::size_t kValue = 512, kAxis = 80, kElement = 16;
  return kValue + kAxis * value.dims.size() + sizeof(int) * value.weights.size() +
         (value.small ? kElement * value.small->size() : 0);
}

Status ShapeTable::add(const std::string& name, Value value) {
  constexpr std::size_t kMostKept = std::size_t{128} << 20U;
  kept_bytes_ += bytes_of(value);
  if (kept_bytes_ > kMostKept) {
    return Error{
        fmt::format("{}: its shapes and constants take more than {} MB, more than any "
                    "network's; export it again",
                    file_, kMostKept >> 20U)};
  }
  types_[name] = &type_store_.emplace_back(to_type(value.type, value.dims));
  data_.erase(name);
  if (value.small) data_[name] = &data_store_.emplace_back(to_proto(*value.small));
  values_[name] = std::move(value);
  return {};
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
  return add(input.name(), std::move(value));
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
  return add(tensor.name(), std::move(value));
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
  } else if (const auto* ints = find_attribute(node, "value_ints")) {
    value.dims = {ints->ints_size()};
    value.type = TensorProto::INT64;
  } else if (const auto* floats = find_attribute(node, "value_floats")) {
    value.dims = {floats->floats_size()};
    value.type = TensorProto::FLOAT;
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
  return add(node.output(0), std::move(value));
}

}  // namespace joulecast::network
