#include "joulecast/analysis/tradeoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <span>

#include "analysis/tradeoff_groups.h"
#include "base/text.h"

namespace joulecast::analysis {
namespace {

Status check_factor(const Factor& factor, std::size_t rows) {
  if (factor.level.size() != rows) {
    return Error{fmt::format("{} has {} levels for {} rows", quoted(factor.name),
                             factor.level.size(), rows)};
  }
  if (std::any_of(factor.level.begin(), factor.level.end(),
                  [&](std::size_t level) { return level >= factor.levels.size(); })) {
    return Error{fmt::format("{}: a row's level is not among its levels", quoted(factor.name))};
  }
  if (factor.levels.size() == 1) {
    return Error{
        fmt::format("there is one group only: {} is {} in every row; group by a column that "
                    "varies, or take more rows",
                    quoted(factor.name), quoted(factor.levels.front()))};
  }
  if (factor.levels.size() > kMostLevels) {
    return Error{
        fmt::format("{} has {} different values, and groups are compared up to {}: choose "
                    "a column with fewer, or fewer rows",
                    quoted(factor.name), factor.levels.size(), kMostLevels)};
  }
  return {};
}

Status check(const TradeoffRows& rows, const TradeoffOptions& options) {
  if (rows.response.empty()) return Error{"there is no row to compare"};
  if (rows.factors.empty() || rows.factors.size() > 2) {
    return Error{fmt::format("groups are by one or two columns, not by {}", rows.factors.size())};
  }
  for (const Factor& factor : rows.factors) {
    if (Status status = check_factor(factor, rows.response.size()); !status) return status;
  }
  if (!(std::isfinite(options.most_loss) && options.most_loss >= 0.0)) {
    return Error{fmt::format("a tolerated loss of {} is not a share from 0", options.most_loss)};
  }
  if (!std::all_of(rows.response.begin(), rows.response.end(),
                   [](double value) { return std::isfinite(value); })) {
    return Error{"a value to compare is not finite; leave its row out"};
  }
  const auto [least, most] = std::minmax_element(rows.response.begin(), rows.response.end());
  if (*least == *most) {
    return Error{fmt::format("all {} values are equal ({:.6g}): there is no difference to explain",
                             rows.response.size(), *least)};
  }
  return {};
}

// Of two factors: the first within each level of the second, and the second over all.
std::vector<FactorComparison> comparisons_of(const TradeoffRows& rows,
                                             const std::vector<TradeoffCell>& cells,
                                             const ChooseOptions& options) {
  std::vector<const TradeoffCell*> all;
  for (const TradeoffCell& cell : cells) all.push_back(&cell);
  if (rows.factors.size() == 1) return {compare_levels(rows, 0, all, options)};
  std::vector<FactorComparison> comparisons;
  for (std::size_t level = 0; level < rows.factors[1].levels.size(); ++level) {
    std::vector<const TradeoffCell*> within;
    std::copy_if(all.begin(), all.end(), std::back_inserter(within),
                 [&](const TradeoffCell* cell) { return cell->second == level; });
    comparisons.push_back(compare_levels(rows, 0, within, options));
    comparisons.back().within = level;
  }
  comparisons.push_back(compare_levels(rows, 1, all, options));
  return comparisons;
}

// None where too few rows know both.
std::optional<EnergyRule> energy_rule(std::span<const double> energy_j,
                                      std::span<const double> rule, bool fitted) {
  std::vector<double> energy, predicted;
  for (std::size_t i = 0; i < std::min(energy_j.size(), rule.size()); ++i) {
    if (!(std::isfinite(energy_j[i]) && std::isfinite(rule[i]))) continue;
    if (!(energy_j[i] > 0.0 && rule[i] > 0.0)) continue;
    energy.push_back(energy_j[i]);
    predicted.push_back(rule[i]);
  }
  const auto correlation = spearman(energy, predicted);
  if (!correlation) return std::nullopt;
  EnergyRule result;
  result.n = energy.size();
  result.spearman = *correlation;
  std::vector<double> ratios(energy.size());
  std::transform(energy.begin(), energy.end(), predicted.begin(), ratios.begin(), std::divides<>());
  if (fitted) result.factor = *median(ratios);
  for (double& ratio : ratios) ratio = std::abs(result.factor / ratio - 1.0);
  result.median_ape = *median(ratios);
  return result;
}

std::vector<Alternative> alternatives_of(const Tradeoff& tradeoff, const TradeoffRows& rows,
                                         std::span<const std::size_t> groups) {
  std::vector<Alternative> alternatives;
  for (const std::size_t i : groups) {
    const GroupSummary& group = tradeoff.groups[i];
    alternatives.push_back({.name = rows.factors.front().levels[group.first],
                            .energy_j = group.median,
                            .correctness = group.correctness.value_or(1.0)});
  }
  return alternatives;
}

// Those that can be alternatives; `second`: of that level.
std::vector<std::size_t> candidates(const Tradeoff& tradeoff, bool with_correctness,
                                    std::optional<std::size_t> second = std::nullopt) {
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < tradeoff.groups.size(); ++i) {
    const GroupSummary& group = tradeoff.groups[i];
    if (with_correctness && !group.correctness) continue;
    if (second && group.second != second) continue;
    groups.push_back(i);
  }
  return groups;
}

void set_front(const TradeoffRows& rows, Tradeoff& tradeoff) {
  const auto groups = candidates(tradeoff, true);
  auto front = pareto_front(alternatives_of(tradeoff, rows, groups));
  if (!front) {
    tradeoff.notes.push_back(front.error().message);
    return;
  }
  for (FrontPoint& point : *front) point.alternative = groups[point.alternative];
  tradeoff.front = std::move(front).value();
}

std::optional<PairResult> pair_of(const Tradeoff& tradeoff, const GroupSummary& from,
                                  const GroupSummary& to) {
  for (const FactorComparison& comparison : tradeoff.comparisons) {
    if (comparison.factor != 0 || comparison.within != from.second) continue;
    for (const PairResult& pair : comparison.pairs) {
      const bool forward = pair.first == from.first && pair.second == to.first;
      const bool backward = pair.second == from.first && pair.first == to.first;
      if (forward || backward) return pair;
    }
  }
  return std::nullopt;
}

Status add_saving(const TradeoffRows& rows, const TradeoffOptions& options,
                  std::optional<std::size_t> second, Tradeoff& tradeoff) {
  const bool known = !rows.correctness.empty();
  const auto groups = candidates(tradeoff, known, second);
  const auto alternatives = alternatives_of(tradeoff, rows, groups);
  std::optional<Saving> best;
  for (std::size_t from = 0; from < groups.size(); ++from) {
    const auto saving = largest_saving(alternatives, from, options.most_loss);
    if (!saving) return saving.error();
    if (*saving && (!best || (*saving)->energy > best->energy)) best = **saving;
  }
  if (!best) return {};
  const std::size_t from = groups[best->from], to = groups[best->to];
  tradeoff.savings.push_back(
      {.from = from,
       .to = to,
       .saved = best->energy,
       .loss = known ? std::optional(best->loss) : std::nullopt,
       .pair = pair_of(tradeoff, tradeoff.groups[from], tradeoff.groups[to])});
  return {};
}

void set_savings(const TradeoffRows& rows, const TradeoffOptions& options, Tradeoff& tradeoff) {
  std::vector<std::optional<std::size_t>> levels = {std::nullopt};
  if (rows.factors.size() > 1) {
    levels.clear();
    for (std::size_t i = 0; i < rows.factors[1].levels.size(); ++i) levels.emplace_back(i);
  }
  for (const auto& level : levels) {
    if (Status status = add_saving(rows, options, level, tradeoff); !status) {
      tradeoff.notes.push_back(status.error().message);
    }
  }
}

}  // namespace

Result<Tradeoff> analyse_tradeoff(const TradeoffRows& rows, const TradeoffOptions& options) {
  if (Status status = check(rows, options); !status) return status.error();
  Tradeoff tradeoff;
  {
    const std::vector<TradeoffCell> cells = cells_of(rows);
    tradeoff.groups = summaries_of(rows, cells);
    tradeoff.comparisons = comparisons_of(rows, cells, options.tests);
  }
  if (std::none_of(tradeoff.comparisons.begin(), tradeoff.comparisons.end(),
                   [](const FactorComparison& one) { return one.refused.empty(); })) {
    return Error{tradeoff.comparisons.front().refused};
  }
  if (rows.factors.size() > 1) tradeoff.interaction = interaction_of(rows, options.tests);
  tradeoff.flops = energy_rule(rows.energy_j, rows.flops, true);
  tradeoff.rated = energy_rule(rows.energy_j, rows.rated_j, false);
  if (!rows.correctness.empty()) set_front(rows, tradeoff);
  set_savings(rows, options, tradeoff);
  return tradeoff;
}

}  // namespace joulecast::analysis
