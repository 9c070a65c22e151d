// JSON that others wrote. Only rooms that link nlohmann's library may include this.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace joulecast {

/// `text` as JSON, discarded where it is none. No value: nested more than `deepest` deep; writing
/// such a value again would recurse until the stack ends. Throws nothing.
inline std::optional<nlohmann::json> parse_bounded(std::string_view text, int deepest) {
  using Json = nlohmann::json;
  bool deep = false;
  const auto watch = [&deep, deepest](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > deepest;
    return !deep;
  };
  Json json = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (deep) return std::nullopt;
  return json;
}

}  // namespace joulecast
