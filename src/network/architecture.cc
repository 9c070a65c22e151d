// architecture_of(): one name for a network in all its frameworks and widths.

#include <algorithm>
#include <array>
#include <utility>

#include "joulecast/network/named.h"
#include "network/gpt_shape.h"
#include "network/named_index.h"

namespace joulecast::network {
namespace {

// Families that come in several widths: what their names begin with, and the architecture.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kOfAnyWidth = {
    {{"mobilenet_0", "mobilenet"},
     {"mobilenet_v2", "mobilenet_v2"},
     {"mobilenetv2", "mobilenet_v2"},
     {"mobilenetv3_large", "mobilenet_v3_large"},
     {"mobilenetv3_small", "mobilenet_v3_small"},
     {"mnasnet", "mnasnet"},
     {"shufflenet_v2", "shufflenet_v2"}}};

}  // namespace

std::string architecture_of(std::string_view name) {
  // Of a GPT layers and width count, not heads and words.
  if (is_gpt_shape(name)) {
    const auto width = name.find('x');
    return std::string(width == std::string_view::npos ? name
                                                       : name.substr(0, name.find('x', width + 1)));
  }
  const IndexEntry* known = look_up(named_index(), name);
  if (known == nullptr) return std::string(name);
  const std::string_view full = known->network.name;
  const std::string_view plain = full.substr(full.find('/') + 1);
  const auto* family = std::find_if(kOfAnyWidth.begin(), kOfAnyWidth.end(), [&](const auto& pair) {
    return plain.starts_with(pair.first);
  });
  return std::string(family == kOfAnyWidth.end() ? plain : family->second);
}

}  // namespace joulecast::network
