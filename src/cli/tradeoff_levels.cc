#include "cli/tradeoff_levels.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/text.h"

namespace joulecast::cli {
namespace {

// By number where all are numbers, else by name.
std::vector<std::size_t> order_of(const std::vector<std::string>& names) {
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool numbers = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    const auto value = parse_number(name);
    return value && std::isfinite(*value);
  });
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (!numbers) return names[a] < names[b];
    return *parse_number(names[a]) < *parse_number(names[b]);
  });
  return order;
}

}  // namespace

std::size_t TradeoffLevels::operator()(std::string_view text) {
  const auto found = places_.find(text);
  if (found != places_.end()) return found->second;
  names_.emplace_back(text);
  return places_.emplace(text, names_.size() - 1).first->second;
}

analysis::Factor factor_of(std::string name, const TradeoffLevels& texts,
                           std::vector<std::size_t> level) {
  analysis::Factor factor{.name = std::move(name), .levels = {}, .level = std::move(level)};
  const auto order = order_of(texts.names());
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    factor.levels.push_back(texts.names()[order[i]]);
  }
  for (std::size_t& row : factor.level) row = place[row];
  return factor;
}

}  // namespace joulecast::cli
