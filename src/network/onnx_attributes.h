// A node's attributes by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

namespace joulecast::network {

inline const ONNX_NAMESPACE::AttributeProto* find_attribute(const ONNX_NAMESPACE::NodeProto& node,
                                                            std::string_view name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

inline std::int64_t integer_attribute(const ONNX_NAMESPACE::NodeProto& node, std::string_view name,
                                      std::int64_t otherwise) {
  const auto* attribute = find_attribute(node, name);
  return attribute != nullptr ? attribute->i() : otherwise;
}

inline std::vector<std::int64_t> integers_attribute(const ONNX_NAMESPACE::NodeProto& node,
                                                    std::string_view name) {
  const auto* attribute = find_attribute(node, name);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

inline std::string text_attribute(const ONNX_NAMESPACE::NodeProto& node, std::string_view name) {
  const auto* attribute = find_attribute(node, name);
  return attribute != nullptr ? attribute->s() : std::string();
}

}  // namespace joulecast::network
