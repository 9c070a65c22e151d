#include "network/onnx_tensor.h"

#include <algorithm>
#include <cstring>

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::TensorProto;

template <typename T, typename To>
bool read_raw(const std::string& raw, std::size_t count, std::vector<To>& to) {
  if (raw.size() != count * sizeof(T)) return false;
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    to.push_back(static_cast<To>(value));
  }
  return true;
}

template <typename From, typename To>
bool read_list(const From& from, std::size_t count, std::vector<To>& to) {
  if (static_cast<std::size_t>(from.size()) != count) return false;
  for (const auto value : from) to.push_back(static_cast<To>(value));
  return true;
}

/// Fills the values; false: they are not there, or are not numbers of a type known here.
bool read_values(const TensorProto& proto, std::size_t count, SmallTensor& tensor) {
  const bool raw = proto.has_raw_data();
  switch (proto.data_type()) {
    case TensorProto::INT64:
      return raw ? read_raw<std::int64_t>(proto.raw_data(), count, tensor.integers)
                 : read_list(proto.int64_data(), count, tensor.integers);
    case TensorProto::INT32:
      return raw ? read_raw<std::int32_t>(proto.raw_data(), count, tensor.integers)
                 : read_list(proto.int32_data(), count, tensor.integers);
    case TensorProto::BOOL:
      return raw ? read_raw<std::int8_t>(proto.raw_data(), count, tensor.integers)
                 : read_list(proto.int32_data(), count, tensor.integers);
    case TensorProto::FLOAT:
      return raw ? read_raw<float>(proto.raw_data(), count, tensor.reals)
                 : read_list(proto.float_data(), count, tensor.reals);
    case TensorProto::DOUBLE:
      return raw ? read_raw<double>(proto.raw_data(), count, tensor.reals)
                 : read_list(proto.double_data(), count, tensor.reals);
    default:
      return false;
  }
}

}  // namespace

std::optional<std::int64_t> element_count(std::span<const std::int64_t> dims) {
  std::int64_t count = 1;
  for (const std::int64_t size : dims) {
    if (size < 0 || size > kMostElements) return std::nullopt;
    if (size > 0 && count > kMostElements / size) return std::nullopt;
    count *= size;
  }
  return count;
}

bool is_real(int data_type) {
  switch (data_type) {
    case TensorProto::FLOAT:
    case TensorProto::DOUBLE:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
    case TensorProto::FLOAT8E4M3FN:
    case TensorProto::FLOAT8E4M3FNUZ:
    case TensorProto::FLOAT8E5M2:
    case TensorProto::FLOAT8E5M2FNUZ:
      return true;
    default:
      return false;
  }
}

bool SmallTensor::real() const { return is_real(type); }

std::optional<SmallTensor> read_small(const TensorProto& proto) {
  if (proto.dims_size() > 1 || proto.data_location() == TensorProto::EXTERNAL) return std::nullopt;
  SmallTensor tensor;
  tensor.type = proto.data_type();
  tensor.dims.assign(proto.dims().begin(), proto.dims().end());
  const auto count = element_count(tensor.dims);
  if (!count || *count > kSmallTensor) return std::nullopt;
  if (!read_values(proto, static_cast<std::size_t>(*count), tensor)) return std::nullopt;
  return tensor;
}

TensorProto to_proto(const SmallTensor& tensor) {
  TensorProto proto;
  proto.set_data_type(tensor.type);
  for (const std::int64_t size : tensor.dims) proto.add_dims(size);
  switch (tensor.type) {
    case TensorProto::INT64:
      proto.mutable_int64_data()->Add(tensor.integers.begin(), tensor.integers.end());
      break;
    case TensorProto::DOUBLE:
      proto.mutable_double_data()->Add(tensor.reals.begin(), tensor.reals.end());
      break;
    case TensorProto::FLOAT:
      for (const double value : tensor.reals) proto.add_float_data(static_cast<float>(value));
      break;
    default:
      for (const std::int64_t value : tensor.integers) {
        proto.add_int32_data(static_cast<std::int32_t>(value));
      }
  }
  return proto;
}

}  // namespace joulecast::network
