#include "network/onnx_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace joulecast::network {
namespace {

constexpr std::int64_t kLargest = 1 << 24;

constexpr std::array<std::string_view, 11> kPositive = {
    "strides",     "dilations",    "kernel_shape", "group",       "blocksize", "num_heads",
    "q_num_heads", "kv_num_heads", "hidden_size",  "num_outputs", "num_groups"};
constexpr std::array<std::string_view, 4> kSigned = {"pads", "output_padding", "axis", "perm"};

template <typename Names>
bool has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<std::string> attribute_fault(const ONNX_NAMESPACE::NodeProto& node) {
  for (const auto& attribute : node.attribute()) {
    const bool positive = has(kPositive, attribute.name());
    if (!positive && !has(kSigned, attribute.name())) continue;
    const auto bad = [&](std::int64_t value) {
      return value > kLargest || value < (positive ? 1 : -kLargest);
    };
    const auto wrong = std::find_if(attribute.ints().begin(), attribute.ints().end(), bad);
    if (wrong != attribute.ints().end()) return fmt::format("has {} {}", attribute.name(), *wrong);
    const bool single = attribute.type() == ONNX_NAMESPACE::AttributeProto::INT;
    // LSTM's hidden_size may be left at 0.
    if (single && attribute.i() != 0 && bad(attribute.i())) {
      return fmt::format("has {} {}", attribute.name(), attribute.i());
    }
    if (single && attribute.i() == 0 && positive && attribute.name() != "hidden_size") {
      return fmt::format("has {} 0", attribute.name());
    }
  }
  return std::nullopt;
}

}  // namespace joulecast::network
