#include "joulecast/pre/alternatives.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "joulecast/hardware/gpu.h"

namespace joulecast::pre {
namespace {

constexpr std::array<std::string_view, 8> kSeveral = {
    "network", "gpu", "gpus", "power_limit", "batch_size", "image_size", "precision", "optimizer"};
constexpr std::size_t kMost = 100'000;
constexpr double kRangeSteps = 8.0;

Error bad_range(const Said& said, std::string_view range) {
  return {fmt::format("{}: {} is no range: write 150..350, or 150..350/50 for steps of 50",
                      said.origin, quoted(range))};
}

Result<std::vector<std::string>> range_values(const Said& said, std::string_view range,
                                              std::size_t dots, bool whole) {
  const std::size_t slash = range.find('/');
  const auto low = parse_number(range.substr(0, dots));
  const auto high = parse_number(range.substr(dots + 2, slash - std::min(slash, dots + 2)));
  if (!low || !high || !std::isfinite(*low) || !(*low < *high) || !std::isfinite(*high)) {
    return bad_range(said, range);
  }
  double step = (*high - *low) / kRangeSteps;
  if (slash != std::string_view::npos) {
    const auto wanted = parse_number(range.substr(slash + 1));
    if (!wanted || !(*wanted > 0.0) || !std::isfinite(*wanted)) return bad_range(said, range);
    step = *wanted;
  }
  if ((*high - *low) / step >= static_cast<double>(kMost)) return bad_range(said, range);
  constexpr double kRounding = 1e-9;  // of the far end
  const auto steps = static_cast<int>(std::floor((*high - *low) / step + kRounding));
  std::vector<std::string> values;
  for (int i = 0; i <= steps; ++i) {
    const double value = *low + i * step;
    std::string text = fmt::format("{:.12g}", whole ? std::round(value) : value);
    if (values.empty() || values.back() != text) values.push_back(std::move(text));
  }
  return values;
}

Result<std::vector<std::string>> values_of(std::string_view setting, const Said& said) {
  std::vector<std::string> values;
  if (setting == "gpu" && to_lower(trim(said.value)) == "all") {
    for (const hardware::Gpu& gpu : hardware::gpus()) values.push_back(gpu.name);
    return values;
  }
  std::string_view rest = said.value;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = trim(rest.substr(0, comma));
    const std::size_t dots = setting == "network" ? std::string_view::npos : one.find("..");
    if (dots == std::string_view::npos) {
      values.emplace_back(one);
    } else {
      auto range = range_values(said, one, dots, setting == "batch_size" || setting == "gpus");
      if (!range) return range.error();
      values.insert(values.end(), range->begin(), range->end());
    }
    if (comma == std::string_view::npos) return values;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<std::vector<SaidSettings>> alternatives_of(const SaidSettings& said) {
  std::vector<SaidSettings> all = {said};
  for (const std::string_view setting : kSeveral) {
    const auto found = said.find(setting);
    if (found == said.end()) continue;
    const auto values = values_of(setting, found->second);
    if (!values) return values.error();
    if (all.size() * values->size() > kMost) {
      return Error{fmt::format("more than {} combinations: name fewer values", kMost)};
    }
    std::vector<SaidSettings> wider;
    for (const SaidSettings& one : all) {
      for (const std::string& value : *values) {
        wider.push_back(one);
        wider.back().find(setting)->second.value = value;
      }
    }
    all = std::move(wider);
  }
  return all;
}

}  // namespace joulecast::pre
