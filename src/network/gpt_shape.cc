#include "network/gpt_shape.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace joulecast::network {
namespace {

constexpr std::string_view kPrefix = "gpt ";
constexpr std::int64_t kUsualLength = 1024, kUsualVocabulary = 50257;

constexpr std::size_t kLeastNumbers = 3, kMostNumbers = 4;

/// Layers, width, heads and perhaps the vocabulary; none: not numbers above 0 with "x" between.
std::optional<std::vector<std::int64_t>> parse(std::string_view text) {
  std::vector<std::int64_t> numbers;
  while (true) {
    const auto cross = text.find('x');
    const auto number = parse_integer(text.substr(0, cross));
    if (!number || *number < 1 || numbers.size() == kMostNumbers) return std::nullopt;
    numbers.push_back(*number);
    if (cross == std::string_view::npos) break;
    text.remove_prefix(cross + 1);
  }
  return numbers.size() < kLeastNumbers ? std::nullopt : std::optional(std::move(numbers));
}

}  // namespace

bool is_gpt_shape(std::string_view name) { return name.starts_with(kPrefix); }

Result<Network> gpt_shape(std::string_view text, const TransformerOptions& options) {
  const auto shape = is_gpt_shape(text) ? parse(text.substr(kPrefix.size())) : std::nullopt;
  if (!shape) {
    return Error{fmt::format("{} is no GPT: write 'gpt 24x1024x16' for layers, width and heads",
                             quoted(text))};
  }
  TransformerOptions sized = options;
  if (sized.sequence_length == 0) sized.sequence_length = kUsualLength;
  const std::string config = fmt::format(
      R"({{"model_type": "gpt2", "n_layer": {}, "n_embd": {}, "n_head": {}, "n_positions": {},)"
      R"( "vocab_size": {}}})",
      (*shape)[0], (*shape)[1], (*shape)[2], sized.sequence_length,
      shape->size() == kMostNumbers ? shape->back() : kUsualVocabulary);
  return transformer(config, text, sized);
}

}  // namespace joulecast::network
