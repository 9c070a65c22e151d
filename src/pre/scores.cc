#include "pre/scores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace joulecast::pre {
namespace {

using Weighted = std::vector<std::pair<double, double>>;

double relative_error(const Judged& one) {
  return std::abs(one.answer.value - one.truth) / one.truth;
}

double mean(const Weighted& values) {
  double sum = 0.0, weights = 0.0;
  for (const auto& [value, weight] : values) {
    sum += value * weight;
    weights += weight;
  }
  return sum / weights;
}

template <typename Of>
Weighted weighted(std::span<const Judged> judged, Of of) {
  Weighted values;
  for (const Judged& one : judged) values.emplace_back(of(one), one.weight);
  return values;
}

std::int64_t distinct_rows(std::span<const Judged> judged) {
  std::set<std::size_t> rows;
  for (const Judged& one : judged) rows.insert(one.row);
  return static_cast<std::int64_t>(rows.size());
}

std::optional<double> bias(std::span<const Judged> judged) {
  const bool positive = std::all_of(judged.begin(), judged.end(),
                                    [](const Judged& one) { return one.answer.value > 0.0; });
  if (!positive) return std::nullopt;
  return mean(
      weighted(judged, [](const Judged& one) { return std::log(one.answer.value / one.truth); }));
}

GroupScore score_group(const std::string& group, std::span<const Judged> judged) {
  const Weighted errors = weighted(judged, relative_error);
  return {.group = group,
          .n = distinct_rows(judged),
          .mape = mean(errors),
          .median_ape = weighted_median(errors),
          .bias = bias(judged)};
}

// Of the estimates that have one.
void score_intervals(std::span<const Judged> judged, Scores& scores) {
  Weighted held, half_widths;
  for (const Judged& one : judged) {
    const auto& low = one.answer.low;
    const auto& high = one.answer.high;
    if (!low || !high) continue;
    held.emplace_back(*low <= one.truth && one.truth <= *high ? 1.0 : 0.0, one.weight);
    if (*low > 0.0) half_widths.emplace_back(std::log(*high / *low) / 2.0, one.weight);
  }
  if (!held.empty()) scores.coverage = mean(held);
  if (!half_widths.empty()) scores.interval = weighted_median(half_widths);
}

}  // namespace

double weighted_median(std::vector<std::pair<double, double>> values) {
  std::sort(values.begin(), values.end());
  double total = 0.0;
  for (const auto& [value, weight] : values) total += weight;
  // A hair of slack, so that equal weights that do not add up exactly give the mean of the middle
  // two.
  const double half = total / 2.0, slack = 1e-9 * total;
  double reached = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    reached += values[i].second;
    if (reached > half + slack) return values[i].first;
    if (reached >= half - slack && i + 1 < values.size()) {
      return (values[i].first + values[i + 1].first) / 2.0;
    }
  }
  return values.back().first;
}

Scores score(std::span<const Judged> judged, std::span<const std::string> groups) {
  Scores scores;
  scores.n = distinct_rows(judged);
  const Weighted errors = weighted(judged, relative_error);
  scores.mape = mean(errors);
  scores.median_ape = weighted_median(errors);
  const auto squared = [](double x) { return x * x; };
  const double residual = mean(
      weighted(judged, [&](const Judged& one) { return squared(one.answer.value - one.truth); }));
  const double level = mean(weighted(judged, [](const Judged& one) { return one.truth; }));
  const double spread =
      mean(weighted(judged, [&](const Judged& one) { return squared(one.truth - level); }));
  scores.rmse = std::sqrt(residual);
  if (spread > 0.0) scores.r2 = 1.0 - residual / spread;
  score_intervals(judged, scores);
  std::map<std::size_t, std::vector<Judged>> by_fold;
  for (const Judged& one : judged) by_fold[one.fold].push_back(one);
  for (const auto& [fold, rows] : by_fold) {
    scores.per_group.push_back(score_group(groups[fold], rows));
  }
  std::stable_sort(scores.per_group.begin(), scores.per_group.end(),
                   [](const GroupScore& a, const GroupScore& b) { return a.mape > b.mape; });
  return scores;
}

}  // namespace joulecast::pre
