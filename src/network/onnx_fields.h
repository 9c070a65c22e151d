// Protobuf's wire format, field by field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace joulecast::network {

enum class Wire : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  unsigned number = 0;
  Wire wire = Wire::kVarint;
  std::string_view whole;    ///< With its tag.
  std::string_view content;  ///< Of kBytes.
  std::uint64_t value = 0;   ///< Of kVarint.
};

/// Takes one number off the front; no value: it is cut off or above 64 bits.
std::optional<std::uint64_t> read_varint(std::string_view& rest);
void append_varint(std::string& out, std::uint64_t value);

/// Takes one field off the front; no value: these bytes are none.
std::optional<Field> read_field(std::string_view& rest);

}  // namespace joulecast::network
