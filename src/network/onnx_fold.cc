#include "network/onnx_fold.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "network/onnx_attributes.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using Inputs = std::vector<const SmallTensor*>;
using Folded = std::optional<SmallTensor>;

SmallTensor integers(int type, Dims dims, std::vector<std::int64_t> values) {
  return {.type = type, .dims = std::move(dims), .integers = std::move(values), .reals = {}};
}

double as_real(const SmallTensor& tensor, std::size_t i) {
  return tensor.real() ? tensor.reals[i] : static_cast<double>(tensor.integers[i]);
}

std::int64_t to_integer(double value) {
  constexpr double kLimit = 9.0e18;
  if (std::isnan(value)) return 0;
  return static_cast<std::int64_t>(std::clamp(value, -kLimit, kLimit));
}

// Integers wrap, as in every framework.
std::int64_t wrapped(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::optional<std::int64_t> integer_result(std::string_view type, std::int64_t a, std::int64_t b) {
  const auto ua = static_cast<std::uint64_t>(a), ub = static_cast<std::uint64_t>(b);
  const bool divides = b != 0 && !(b == -1 && a == std::numeric_limits<std::int64_t>::min());
  if (type == "Add") return wrapped(ua + ub);
  if (type == "Sub") return wrapped(ua - ub);
  if (type == "Mul") return wrapped(ua * ub);
  if (type == "Min") return std::min(a, b);
  if (type == "Max") return std::max(a, b);
  if (type == "Div" && divides) return a / b;
  if (type == "Mod" && divides) return a % b != 0 && ((a < 0) != (b < 0)) ? a % b + b : a % b;
  if (type == "And") return a != 0 && b != 0 ? 1 : 0;
  if (type == "Or") return a != 0 || b != 0 ? 1 : 0;
  return std::nullopt;
}

std::optional<double> real_result(std::string_view type, double a, double b) {
  if (type == "Add") return a + b;
  if (type == "Sub") return a - b;
  if (type == "Mul") return a * b;
  if (type == "Div") return a / b;
  if (type == "Min") return std::min(a, b);
  if (type == "Max") return std::max(a, b);
  if (type == "Pow") return std::pow(a, b);
  return std::nullopt;
}

std::optional<bool> comparison(std::string_view type, double a, double b) {
  if (type == "Equal") return a == b;
  if (type == "Less") return a < b;
  if (type == "LessOrEqual") return a <= b;
  if (type == "Greater") return a > b;
  if (type == "GreaterOrEqual") return a >= b;
  return std::nullopt;
}

/// The length that tensors of rank 0 and 1 broadcast to; no value: they do not.
std::optional<std::size_t> broadcast(const Inputs& inputs, Dims& dims) {
  std::size_t length = 1;
  for (const SmallTensor* input : inputs) {
    if (!input->dims.empty()) dims = {1};
    if (input->size() == 1) continue;
    if (length != 1 && input->size() != length) return std::nullopt;
    length = input->size();
  }
  if (!dims.empty()) dims[0] = static_cast<std::int64_t>(length);
  return length;
}

std::size_t index_in(const SmallTensor& tensor, std::size_t i) {
  return tensor.size() == 1 ? 0 : i;
}

Folded fold_binary(const NodeProto& node, const Inputs& inputs) {
  if (inputs.size() != 2) return std::nullopt;
  const SmallTensor& a = *inputs[0];
  const SmallTensor& b = *inputs[1];
  SmallTensor out;
  const auto length = broadcast(inputs, out.dims);
  if (!length || a.real() != b.real()) return std::nullopt;
  out.type = a.type;
  for (std::size_t i = 0; i < *length; ++i) {
    const std::size_t ia = index_in(a, i), ib = index_in(b, i);
    if (const auto truth = comparison(node.op_type(), as_real(a, ia), as_real(b, ib))) {
      out.type = TensorProto::BOOL;
      out.integers.push_back(*truth ? 1 : 0);
    } else if (a.real()) {
      const auto value = real_result(node.op_type(), a.reals[ia], b.reals[ib]);
      if (!value) return std::nullopt;
      out.reals.push_back(*value);
    } else {
      const auto value = integer_result(node.op_type(), a.integers[ia], b.integers[ib]);
      if (!value) return std::nullopt;
      out.integers.push_back(*value);
    }
  }
  return out;
}

Folded fold_where(const Inputs& inputs) {
  if (inputs.size() != 3 || inputs[1]->real() != inputs[2]->real()) return std::nullopt;
  SmallTensor out;
  const auto length = broadcast(inputs, out.dims);
  if (!length || inputs[0]->real()) return std::nullopt;
  out.type = inputs[1]->type;
  for (std::size_t i = 0; i < *length; ++i) {
    const bool yes = inputs[0]->integers[index_in(*inputs[0], i)] != 0;
    const SmallTensor& from = *inputs[yes ? 1 : 2];
    const std::size_t index = index_in(from, i);
    if (from.real()) {
      out.reals.push_back(from.reals[index]);
    } else {
      out.integers.push_back(from.integers[index]);
    }
  }
  return out;
}

Folded fold_unary(std::string_view type, const SmallTensor& in) {
  if (in.size() == 0) return std::nullopt;
  SmallTensor out = in;
  for (double& value : out.reals) {
    if (type == "Floor")
      value = std::floor(value);
    else if (type == "Ceil")
      value = std::ceil(value);
    else if (type == "Round")
      value = std::nearbyint(value);
    else if (type == "Sqrt")
      value = std::sqrt(value);
    else if (type == "Neg")
      value = -value;
    else
      return std::nullopt;
  }
  for (std::int64_t& value : out.integers) {
    if (type == "Neg")
      value = wrapped(0 - static_cast<std::uint64_t>(value));
    else if (type == "Not")
      value = value == 0 ? 1 : 0;
    else
      return std::nullopt;
  }
  return out;
}

Folded fold_cast(const NodeProto& node, const SmallTensor& in) {
  const auto to = static_cast<int>(integer_attribute(node, "to", 0));
  SmallTensor out;
  out.type = to;
  out.dims = in.dims;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (to == TensorProto::FLOAT || to == TensorProto::DOUBLE) {
      out.reals.push_back(as_real(in, i));
    } else if (to == TensorProto::INT64 || to == TensorProto::INT32) {
      out.integers.push_back(in.real() ? to_integer(in.reals[i]) : in.integers[i]);
    } else if (to == TensorProto::BOOL) {
      out.integers.push_back(as_real(in, i) != 0.0 ? 1 : 0);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

void append_element(const SmallTensor& from, std::size_t i, SmallTensor& to) {
  if (from.real()) {
    to.reals.push_back(from.reals[i]);
  } else {
    to.integers.push_back(from.integers[i]);
  }
}

Folded fold_gather(const NodeProto& node, const Inputs& inputs) {
  if (inputs.size() != 2 || inputs[0]->dims.size() != 1 || inputs[1]->real()) return std::nullopt;
  if (const auto axis = integer_attribute(node, "axis", 0); axis != 0 && axis != -1) {
    return std::nullopt;
  }
  SmallTensor out = {.type = inputs[0]->type, .dims = inputs[1]->dims, .integers = {}, .reals = {}};
  const auto size = static_cast<std::int64_t>(inputs[0]->size());
  for (std::int64_t index : inputs[1]->integers) {
    if (index < 0) index += size;
    if (index < 0 || index >= size) return std::nullopt;
    append_element(*inputs[0], static_cast<std::size_t>(index), out);
  }
  return out;
}

Folded fold_concat(const Inputs& inputs) {
  SmallTensor out;
  for (const SmallTensor* input : inputs) {
    if (input->dims.size() != 1 || input->real() != inputs[0]->real()) return std::nullopt;
    for (std::size_t i = 0; i < input->size(); ++i) append_element(*input, i, out);
  }
  out.type = inputs[0]->type;
  out.dims = {static_cast<std::int64_t>(out.size())};
  if (out.dims[0] > kSmallTensor) return std::nullopt;
  return out;
}

/// One element as a vector or a scalar, whichever was asked for.
Folded with_rank(const SmallTensor& in, std::size_t rank) {
  if (rank > 1 || (rank == 0 && in.size() != 1)) return std::nullopt;
  SmallTensor out = in;
  out.dims = rank == 0 ? Dims{} : Dims{static_cast<std::int64_t>(in.size())};
  return out;
}

Folded fold_reshape(const Inputs& inputs) {
  if (inputs.size() != 2 || inputs[1]->size() > 1) return std::nullopt;
  return with_rank(*inputs[0], inputs[1]->size());
}

std::int64_t first_integer(const Inputs& inputs, std::size_t index, std::int64_t otherwise) {
  if (index >= inputs.size() || inputs[index] == nullptr || inputs[index]->integers.empty()) {
    return otherwise;
  }
  return inputs[index]->integers[0];
}

Folded fold_slice(const NodeProto& node, const Inputs& inputs) {
  const SmallTensor& in = *inputs[0];
  if (in.dims.size() != 1) return std::nullopt;
  const auto starts = integers_attribute(node, "starts");  // until opset 9
  const auto ends = integers_attribute(node, "ends");
  std::int64_t from = starts.empty() ? first_integer(inputs, 1, 0) : starts[0];
  std::int64_t to = ends.empty() ? first_integer(inputs, 2, 0) : ends[0];
  const std::int64_t step = first_integer(inputs, 4, 1);
  const auto size = static_cast<std::int64_t>(in.size());
  if (step == 0 || step < -kSmallTensor || step > kSmallTensor) return std::nullopt;
  // A step back may go to the front, which is before index 0.
  const std::int64_t lowest = step < 0 ? -1 : 0;
  const auto bounded = [&](std::int64_t index) {
    return std::clamp(index < 0 ? index + size : index, lowest, step < 0 ? size - 1 : size);
  };
  from = bounded(from);
  to = bounded(to);
  SmallTensor out = {.type = in.type, .dims = {}, .integers = {}, .reals = {}};
  for (std::int64_t i = from; step > 0 ? i < to : i > to; i += step) {
    append_element(in, static_cast<std::size_t>(i), out);
  }
  out.dims = {static_cast<std::int64_t>(out.size())};
  return out;
}

Folded fold_range(const Inputs& inputs) {
  if (inputs.size() != 3) return std::nullopt;
  for (const SmallTensor* input : inputs) {
    if (input->real() || input->size() != 1) return std::nullopt;
  }
  const double from = as_real(*inputs[0], 0), to = as_real(*inputs[1], 0);
  const double step = as_real(*inputs[2], 0);
  const double count = step == 0.0 ? -1.0 : std::max(0.0, std::ceil((to - from) / step));
  if (count < 0.0 || count > static_cast<double>(kSmallTensor)) return std::nullopt;
  std::vector<std::int64_t> values;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    values.push_back(to_integer(from + static_cast<double>(i) * step));
  }
  const Dims dims = {static_cast<std::int64_t>(values.size())};
  return integers(inputs[0]->type, dims, std::move(values));
}

Folded fold_reduce(const NodeProto& node, const SmallTensor& in) {
  if (in.real() || in.integers.empty()) return std::nullopt;
  std::int64_t result = in.integers[0];
  const std::string_view reduction = std::string_view(node.op_type()).substr(6);
  const std::string_view type = reduction == "Prod"  ? "Mul"
                                : reduction == "Sum" ? "Add"
                                                     : reduction;
  for (std::size_t i = 1; i < in.integers.size(); ++i) {
    const auto next = integer_result(type, result, in.integers[i]);
    if (!next) return std::nullopt;
    result = *next;
  }
  const bool keep = integer_attribute(node, "keepdims", 1) != 0 && !in.dims.empty();
  return integers(in.type, keep ? Dims{1} : Dims{}, {result});
}

Folded fold_filled(const NodeProto& node, const SmallTensor& shape) {
  if (shape.size() > 1 || shape.real()) return std::nullopt;
  const std::int64_t length = shape.size() == 0 ? 1 : shape.integers[0];
  if (length < 0 || length > kSmallTensor) return std::nullopt;
  SmallTensor value = {.type = TensorProto::FLOAT, .dims = {}, .integers = {}, .reals = {0.0}};
  if (const auto* attribute = find_attribute(node, "value")) {
    const auto told = read_small(attribute->t());
    if (!told || told->size() != 1) return std::nullopt;
    value = *told;
  }
  SmallTensor out = {.type = value.type, .dims = shape.integers, .integers = {}, .reals = {}};
  for (std::int64_t i = 0; i < length; ++i) append_element(value, 0, out);
  return out;
}

Folded fold_expand(const Inputs& inputs) {
  if (inputs.size() != 2 || inputs[0]->size() != 1 || inputs[1]->size() != 1) return std::nullopt;
  const std::int64_t length = first_integer(inputs, 1, 0);
  if (length < 1 || length > kSmallTensor) return std::nullopt;
  SmallTensor out = {.type = inputs[0]->type, .dims = {length}, .integers = {}, .reals = {}};
  for (std::int64_t i = 0; i < length; ++i) append_element(*inputs[0], 0, out);
  return out;
}

bool all_there(const Inputs& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [](const auto* input) { return input; });
}

}  // namespace

Folded constant_of(const NodeProto& node) {
  if (node.attribute_size() != 1) return std::nullopt;
  const auto& attribute = node.attribute(0);
  if (attribute.name() == "value") return read_small(attribute.t());
  if (attribute.name() == "value_int") return integers(TensorProto::INT64, {}, {attribute.i()});
  if (attribute.name() == "value_ints" && attribute.ints_size() <= kSmallTensor) {
    return integers(TensorProto::INT64, {attribute.ints_size()},
                    {attribute.ints().begin(), attribute.ints().end()});
  }
  if (attribute.name() == "value_float") {
    return SmallTensor{
        .type = TensorProto::FLOAT, .dims = {}, .integers = {}, .reals = {attribute.f()}};
  }
  if (attribute.name() == "value_floats" && attribute.floats_size() <= kSmallTensor) {
    return SmallTensor{.type = TensorProto::FLOAT,
                       .dims = {attribute.floats_size()},
                       .integers = {},
                       .reals = {attribute.floats().begin(), attribute.floats().end()}};
  }
  return std::nullopt;
}

Folded fold(const NodeProto& node, const Inputs& inputs) {
  const std::string_view type = node.op_type();
  if (inputs.empty() || inputs[0] == nullptr) return std::nullopt;
  if (type == "Slice") return fold_slice(node, inputs);
  if (type.starts_with("Reduce")) return fold_reduce(node, *inputs[0]);
  if (type == "Squeeze") return with_rank(*inputs[0], 0);
  if (!all_there(inputs)) return std::nullopt;
  if (type == "Identity") return *inputs[0];
  if (type == "Cast") return fold_cast(node, *inputs[0]);
  if (type == "Gather") return fold_gather(node, inputs);
  if (type == "Concat") return fold_concat(inputs);
  if (type == "Unsqueeze") return with_rank(*inputs[0], inputs[0]->dims.size() + 1);
  if (type == "Reshape") return fold_reshape(inputs);
  if (type == "Where") return fold_where(inputs);
  if (type == "Range") return fold_range(inputs);
  if (type == "ConstantOfShape") return fold_filled(node, *inputs[0]);
  if (type == "Expand") return fold_expand(inputs);
  if (inputs.size() == 1) return fold_unary(type, *inputs[0]);
  return fold_binary(node, inputs);
}

}  // namespace joulecast::network
