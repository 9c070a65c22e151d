#include "network/onnx_types.h"

namespace joulecast::network {

using ONNX_NAMESPACE::TypeProto;

TypeProto to_type(int type, const Dims& dims) {
  TypeProto proto;
  auto* tensor = proto.mutable_tensor_type();
  tensor->set_elem_type(type);
  auto* shape = tensor->mutable_shape();
  for (const std::int64_t size : dims) shape->add_dim()->set_dim_value(size);
  return proto;
}

std::optional<Dims> known_dims(const TypeProto& type) {
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) return std::nullopt;
  Dims dims;
  for (const auto& dim : type.tensor_type().shape().dim()) {
    if (!dim.has_dim_value()) return std::nullopt;
    dims.push_back(dim.dim_value());
  }
  return dims;
}

}  // namespace joulecast::network
