#include "analysis/ranks.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace joulecast::analysis {

double Ranks::sum_squares() const {
  const auto n = static_cast<double>(ranks.size());
  return (n * n * n - n - ties) / 12.0;
}

Ranks rank_values(std::span<const double> values, double tolerance) {
  std::vector<std::pair<double, std::size_t>> order(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) order[i] = {values[i], i};
  std::sort(order.begin(), order.end());

  Ranks result;
  result.ranks.resize(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    end = begin + 1;
    while (end < order.size() && order[end].first - order[end - 1].first <= tolerance) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) result.ranks[order[i].second] = rank;
    const auto tied = static_cast<double>(end - begin);
    result.ties += tied * tied * tied - tied;
  }
  return result;
}

}  // namespace joulecast::analysis
