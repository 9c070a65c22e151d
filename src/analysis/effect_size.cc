#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/distributions.h"
#include "analysis/group_check.h"
#include "analysis/moments.h"
#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {
namespace {

constexpr std::string_view kCliff = "Cliff's delta";

std::vector<double> sorted(const Group& group) {
  std::vector<double> values = group.values;
  std::sort(values.begin(), values.end());
  return values;
}

// What the values of one group say of the other's: each value's own delta.
struct Dominance {
  double delta = 0.0;
  double sum_squares = 0.0;  // of the values' deltas about `delta`
  double untied_pairs = 0.0;
};

Dominance dominance(const std::vector<double>& values, const std::vector<double>& others) {
  const auto n = static_cast<double>(others.size());
  std::vector<double> deltas;
  deltas.reserve(values.size());
  Sum untied;
  std::size_t below = 0, not_above = 0;
  for (const double value : values) {
    while (below < others.size() && others[below] < value) ++below;
    while (not_above < others.size() && others[not_above] <= value) ++not_above;
    const auto less = static_cast<double>(below);
    const double more = n - static_cast<double>(not_above);
    deltas.push_back((less - more) / n);
    untied.add(less + more);
  }
  const Moments moments = moments_of(deltas);
  return {
      .delta = moments.mean, .sum_squares = moments.sum_squares, .untied_pairs = untied.value()};
}

std::string_view magnitude(double delta) {
  constexpr double kSmall = 0.147, kMedium = 0.33, kLarge = 0.474;
  const double size = std::abs(delta);
  if (size < kSmall) return "negligible";
  if (size < kMedium) return "small";
  return size < kLarge ? "medium" : "large";
}

CliffsDelta without_overlap(double delta, double smaller_size, double z) {
  const double inner = (smaller_size - z * z) / (smaller_size + z * z);
  return {.delta = delta,
          .lower = delta > 0.0 ? inner : -1.0,
          .upper = delta > 0.0 ? 1.0 : -inner,
          .magnitude = magnitude(delta)};
}

}  // namespace

Result<CliffsDelta> cliffs_delta(const Group& first, const Group& second, double confidence) {
  for (const Group* group : {&first, &second}) {
    if (Status status = check_group(kCliff, *group, 2); !status) return status.error();
  }
  if (!(confidence > 0.0 && confidence < 1.0)) {
    return Error{fmt::format("{}: a confidence of {} is not between 0 and 1", kCliff, confidence)};
  }
  const std::vector<double> a = sorted(first), b = sorted(second);
  const Dominance of_a = dominance(a, b), of_b = dominance(b, a);
  const auto m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
  const double z = normal_quantile(0.5 + 0.5 * confidence);
  const double d = of_a.delta;
  if (a.front() > b.back()) return without_overlap(1.0, std::min(m, n), z);
  if (a.back() < b.front()) return without_overlap(-1.0, std::min(m, n), z);

  const double cell_squares = of_a.untied_pairs - m * n * d * d;
  const double unbiased = (n * n * of_a.sum_squares + m * m * of_b.sum_squares - cell_squares) /
                          (m * n * (m - 1.0) * (n - 1.0));
  const double variance = std::max(unbiased, (1.0 - d * d) / (m * n - 1.0));
  const double rest = 1.0 - d * d;
  const double reach = z * std::sqrt(variance) * std::sqrt(rest * rest + z * z * variance);
  const double scale = rest + z * z * variance;
  return CliffsDelta{.delta = d,
                     .lower = std::max((d * rest - reach) / scale, -1.0),
                     .upper = std::min((d * rest + reach) / scale, 1.0),
                     .magnitude = magnitude(d)};
}

}  // namespace joulecast::analysis
