#include "joulecast/analysis/comparison_score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.h"

namespace joulecast::analysis {
namespace {

using Columns = std::vector<const MethodColumn*>;

bool answered(const MethodColumn& column, std::size_t training) {
  return training < column.energy_j.size() && !std::isnan(column.energy_j[training]);
}

// As NumPy's percentile; `values` sorted, not empty.
double quantile(const std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

MethodScore errors_of(const Comparison& comparison, const MethodColumn& column) {
  MethodScore score;
  score.column = &column;
  const std::vector<double>& truths = comparison.energies_j();
  std::vector<double> errors, spent;
  double squares = 0.0, truth_sum = 0.0;
  std::size_t with_interval = 0, within = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    if (!answered(column, i)) continue;
    const double error = column.energy_j[i] - truths[i];
    squares += error * error;
    truth_sum += truths[i];
    errors.push_back(std::abs(error) / truths[i]);
    spent.push_back(column.spent[i]);
    if (i >= column.low_j.size() || std::isnan(column.low_j[i])) continue;
    ++with_interval;
    if (column.low_j[i] <= truths[i] && truths[i] <= column.high_j[i]) ++within;
  }
  const auto n = static_cast<double>(errors.size());
  double spread = 0.0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    if (answered(column, i)) spread += (truths[i] - truth_sum / n) * (truths[i] - truth_sum / n);
  }
  score.answered = errors.size();
  score.rmse_j = std::sqrt(squares / n);
  score.mape = std::accumulate(errors.begin(), errors.end(), 0.0) / n;
  std::sort(errors.begin(), errors.end());
  score.median_ape = quantile(errors, 0.5);
  constexpr double kNinety = 0.9;
  score.p90_ape = quantile(errors, kNinety);
  // What is below rounding is no spread.
  constexpr double kRounding = 1e-24;
  if (spread > kRounding * truth_sum * truth_sum / n) score.r2 = 1.0 - squares / spread;
  if (with_interval > 0) {
    score.coverage = static_cast<double>(within) / static_cast<double>(with_interval);
  }
  score.spent = quantile_of(std::move(spent), 0.5);
  return score;
}

// Which unit of the bootstrap each training belongs to.
struct Units {
  Resampling resampling;
  std::vector<std::size_t> of_training;
};

Units units_of(const Comparison& comparison) {
  constexpr std::size_t kFewestSetUps = 10, kMostUnits = 2000;
  Units units;
  const std::size_t set_ups = comparison.set_up_count(), n = comparison.size();
  units.resampling.set_ups = set_ups >= kFewestSetUps && set_ups < n;
  const std::size_t all = units.resampling.set_ups ? set_ups : n;
  // Many are drawn in blocks of neighbours.
  units.resampling.units = std::min(all, kMostUnits);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t unit = units.resampling.set_ups ? comparison.set_ups()[i] : i;
    units.of_training.push_back(unit * units.resampling.units / all);
  }
  return units;
}

// Sums of squared errors by unit, of one method and of the tools that it is held against.
struct SquaredErrors {
  Columns tools;
  std::size_t trainings = 0;
  std::vector<double> own;                ///< [unit]
  std::vector<std::vector<double>> tool;  ///< [tool][unit]
};

std::size_t common(const MethodColumn& a, const MethodColumn& b, std::size_t n) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += answered(a, i) && answered(b, i) ? 1U : 0U;
  return count;
}

SquaredErrors squared_errors(const Comparison& comparison, const Units& units,
                             const MethodColumn& own, const Columns& tools) {
  constexpr double kNearlyAll = 0.9;
  const std::size_t n = comparison.size();
  SquaredErrors sums;
  const auto needed = kNearlyAll * static_cast<double>(common(own, own, n));
  for (const MethodColumn* tool : tools) {
    if (static_cast<double>(common(own, *tool, n)) >= needed) sums.tools.push_back(tool);
  }
  sums.own.resize(units.resampling.units);
  sums.tool.assign(sums.tools.size(), std::vector<double>(units.resampling.units));
  for (std::size_t i = 0; i < n; ++i) {
    const bool all = answered(own, i) &&
                     std::all_of(sums.tools.begin(), sums.tools.end(),
                                 [i](const MethodColumn* tool) { return answered(*tool, i); });
    if (!all) continue;
    ++sums.trainings;
    const double truth = comparison.energies_j()[i];
    const auto square = [truth, i](const MethodColumn& column) {
      return (column.energy_j[i] - truth) * (column.energy_j[i] - truth);
    };
    const std::size_t unit = units.of_training[i];
    sums.own[unit] += square(own);
    for (std::size_t t = 0; t < sums.tools.size(); ++t)
      sums.tool[t][unit] += square(*sums.tools[t]);
  }
  return sums;
}

double sum_over(const std::vector<double>& values, const std::vector<std::size_t>& units) {
  double sum = 0.0;
  for (const std::size_t unit : units) sum += values[unit];
  return sum;
}

struct BestTool {
  std::size_t tool = 0;
  double ratio = 0.0;  ///< Not finite: the method made no error in this draw.
};

BestTool best_tool(const SquaredErrors& sums, const std::vector<std::size_t>& drawn) {
  BestTool best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < sums.tools.size(); ++t) {
    const double sum = sum_over(sums.tool[t], drawn);
    if (sum >= least) continue;
    least = sum;
    best.tool = t;
  }
  best.ratio = std::sqrt(least / sum_over(sums.own, drawn));
  return best;
}

std::optional<ErrorRatio> ratio_of(const Comparison& comparison, const Units& units,
                                   const MethodColumn& own, const Columns& tools,
                                   const ScoreOptions& options) {
  const SquaredErrors sums = squared_errors(comparison, units, own, tools);
  if (sums.tools.empty() || sums.trainings < 2) return std::nullopt;
  std::vector<std::size_t> drawn(units.resampling.units);
  std::iota(drawn.begin(), drawn.end(), std::size_t{0});
  const BestTool best = best_tool(sums, drawn);
  if (!std::isfinite(best.ratio)) return std::nullopt;
  Random random(options.seed);
  std::vector<double> ratios;
  for (std::size_t draw = 0; draw < options.draws; ++draw) {
    for (std::size_t& unit : drawn) unit = random.below(units.resampling.units);
    const double ratio = best_tool(sums, drawn).ratio;
    if (!std::isnan(ratio)) ratios.push_back(ratio);
  }
  std::sort(ratios.begin(), ratios.end());
  ErrorRatio ratio{.value = best.ratio,
                   .low = best.ratio,
                   .high = best.ratio,
                   .against = sums.tools[best.tool]->name,
                   .trainings = sums.trainings};
  const double tail = (1.0 - options.coverage) / 2.0;
  if (!ratios.empty()) {
    ratio.low = std::min(ratio.low, quantile(ratios, tail));
    ratio.high = std::max(ratio.high, quantile(ratios, 1.0 - tail));
  }
  return ratio;
}

// The tools that can be held against a method that has answered by then.
Columns answering_by(const Columns& tools, const std::vector<MethodScore>& scores, double spent) {
  Columns in_time;
  for (const MethodScore& score : scores) {
    const bool tool = std::find(tools.begin(), tools.end(), score.column) != tools.end();
    constexpr double kRounding = 1e-9, kAtTheEnd = 1.0;
    const bool late = score.spent > spent + kRounding && score.spent < kAtTheEnd;
    if (tool && !late) in_time.push_back(score.column);
  }
  return in_time;
}

bool is_rated(const MethodColumn* column) {
  return column->name.starts_with("green-algorithms") || column->name.starts_with("ml-co2");
}

}  // namespace

double quantile_of(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return quantile(values, share);
}

Scores score(const Comparison& comparison, const ScoreOptions& options) {
  const Columns columns = comparison.columns();
  Columns existing, rated;
  for (const MethodColumn* column : columns) {
    if (column->method->family == baselines::Family::kExisting) existing.push_back(column);
    if (is_rated(column)) rated.push_back(column);
  }
  const Units units = units_of(comparison);
  Scores scores{.methods = {}, .resampling = units.resampling};
  for (const MethodColumn* column : columns) {
    scores.methods.push_back(errors_of(comparison, *column));
  }
  for (MethodScore& one : scores.methods) {
    if (one.column->method->family == baselines::Family::kExisting) continue;
    const Columns tools = answering_by(existing, scores.methods, one.spent);
    one.existing = ratio_of(comparison, units, *one.column, tools, options);
    one.rated = ratio_of(comparison, units, *one.column, rated, options);
  }
  return scores;
}

}  // namespace joulecast::analysis
