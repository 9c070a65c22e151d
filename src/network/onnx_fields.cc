#include "network/onnx_fields.h"

namespace joulecast::network {

std::optional<std::uint64_t> read_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) return value;
  }
  return std::nullopt;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
  out.push_back(static_cast<char>(value));
}

std::optional<Field> read_field(std::string_view& rest) {
  const std::string_view before = rest;
  const auto tag = read_varint(rest);
  if (!tag || *tag >> 3U == 0 || *tag >> 3U > 0x1fffffffU) return std::nullopt;
  Field field;
  field.number = static_cast<unsigned>(*tag >> 3U);
  field.wire = static_cast<Wire>(*tag & 7U);
  std::uint64_t length = 0;
  if (field.wire == Wire::kVarint) {
    const auto value = read_varint(rest);
    if (!value) return std::nullopt;
    field.value = *value;
  } else if (field.wire == Wire::kFixed64) {
    length = 8;
  } else if (field.wire == Wire::kFixed32) {
    length = 4;
  } else if (field.wire == Wire::kBytes) {
    const auto told = read_varint(rest);
    if (!told) return std::nullopt;
    length = *told;
  } else {
    return std::nullopt;
  }
  if (length > rest.size()) return std::nullopt;
  field.content = rest.substr(0, length);
  rest.remove_prefix(length);
  field.whole = before.substr(0, before.size() - rest.size());
  return field;
}

}  // namespace joulecast::network
