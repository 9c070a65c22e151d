#include "analysis/tradeoff_groups.h"

#include <algorithm>
#include <cmath>

#include "analysis/moments.h"

namespace joulecast::analysis {
namespace {

std::size_t second_level(const TradeoffRows& rows, std::size_t row) {
  return rows.factors.size() > 1 ? rows.factors[1].level[row] : 0;
}

// Between the neighbours of a sorted group, as NumPy's default.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

void set_whiskers(const std::vector<double>& sorted, GroupSummary& summary) {
  constexpr double kReach = 1.5;
  const double reach = kReach * (summary.upper_quartile - summary.lower_quartile);
  const auto low = std::lower_bound(sorted.begin(), sorted.end(), summary.lower_quartile - reach);
  const auto high = std::upper_bound(sorted.begin(), sorted.end(), summary.upper_quartile + reach);
  summary.lower_whisker = *low;
  summary.upper_whisker = *(high - 1);
}

GroupSummary summary_of(const TradeoffCell& cell) {
  constexpr double kLower = 0.25, kUpper = 0.75;
  const std::vector<double>& values = cell.group.values;
  GroupSummary summary;
  summary.n = values.size();
  summary.median = quantile(values, 0.5);
  summary.mean = values.front() + moments_of(values, values.front()).mean;
  summary.lower_quartile = quantile(values, kLower);
  summary.upper_quartile = quantile(values, kUpper);
  summary.lowest = values.front();
  summary.highest = values.back();
  set_whiskers(values, summary);
  return summary;
}

// [first level][second level] The correctness that is known.
std::vector<std::vector<double>> correctness_by_cell(const TradeoffRows& rows,
                                                     std::size_t columns) {
  std::vector<std::vector<double>> values(rows.factors.front().levels.size() * columns);
  for (std::size_t row = 0; row < rows.correctness.size(); ++row) {
    if (!std::isfinite(rows.correctness[row])) continue;
    values[rows.factors.front().level[row] * columns + second_level(rows, row)].push_back(
        rows.correctness[row]);
  }
  return values;
}

}  // namespace

std::vector<TradeoffCell> cells_of(const TradeoffRows& rows) {
  const Factor& first = rows.factors.front();
  const bool two = rows.factors.size() > 1;
  const std::size_t columns = two ? rows.factors[1].levels.size() : 1;
  std::vector<TradeoffCell> all(first.levels.size() * columns);
  for (std::size_t i = 0; i < all.size(); ++i) {
    TradeoffCell& cell = all[i];
    cell.first = i % first.levels.size();
    cell.second = i / first.levels.size();
    cell.group.name = first.levels[cell.first];
    if (two) cell.group.name += ", " + rows.factors[1].levels[cell.second];
  }
  for (std::size_t row = 0; row < rows.response.size(); ++row) {
    const std::size_t cell = second_level(rows, row) * first.levels.size() + first.level[row];
    all[cell].group.values.push_back(rows.response[row]);
  }
  std::erase_if(all, [](const TradeoffCell& cell) { return cell.group.values.empty(); });
  for (TradeoffCell& cell : all) std::sort(cell.group.values.begin(), cell.group.values.end());
  return all;
}

std::vector<GroupSummary> summaries_of(const TradeoffRows& rows,
                                       const std::vector<TradeoffCell>& cells) {
  const bool two = rows.factors.size() > 1;
  const std::size_t columns = two ? rows.factors[1].levels.size() : 1;
  const auto correctness = correctness_by_cell(rows, columns);
  std::vector<GroupSummary> summaries;
  for (const TradeoffCell& cell : cells) {
    GroupSummary& summary = summaries.emplace_back(summary_of(cell));
    summary.first = cell.first;
    if (two) summary.second = cell.second;
    const auto middle = median(correctness[cell.first * columns + cell.second]);
    if (middle) summary.correctness = *middle;
  }
  return summaries;
}

}  // namespace joulecast::analysis
