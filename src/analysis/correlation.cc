#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/distributions.h"
#include "analysis/group_check.h"
#include "analysis/moments.h"
#include "analysis/ranks.h"
#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {
namespace {

constexpr std::size_t kLeastPairs = 3;

Status check_pairs(std::string_view test, std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    return Error{
        fmt::format("{}: {} values beside {}; each needs its partner", test, x.size(), y.size())};
  }
  if (x.size() < kLeastPairs) {
    return Error{fmt::format("{}: {} pairs; at least {} are needed", test, x.size(), kLeastPairs)};
  }
  for (const auto& values : {x, y}) {
    if (!std::all_of(values.begin(), values.end(), is_usable)) {
      return Error{fmt::format("{}: a value is not finite or beyond {:g}; leave that pair out",
                               test, kLargestValue)};
    }
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*least == *most) {
      return Error{fmt::format("{}: one of the two quantities is always {}", test, *least)};
    }
  }
  return {};
}

Correlation correlate(std::span<const double> x, std::span<const double> y) {
  const double x0 = x.front(), y0 = y.front();
  const Moments mx = moments_of(x, x0), my = moments_of(y, y0);
  Sum products;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products.add(((x[i] - x0) - mx.mean) * ((y[i] - y0) - my.mean));
  }
  // In this form equal spreads, as ranks have, give exactly 1 for the same order.
  const double r = std::clamp(
      products.value() / mx.sum_squares * std::sqrt(mx.sum_squares / my.sum_squares), -1.0, 1.0);
  const double df = mx.n - 2.0;
  if (std::abs(r) >= 1.0) return {.coefficient = r, .p_value = 0.0};
  const double t = r * std::sqrt(df / ((1.0 - r) * (1.0 + r)));
  return {.coefficient = r, .p_value = students_t_two_sided(t, df)};
}

}  // namespace

Result<Correlation> pearson(std::span<const double> x, std::span<const double> y) {
  if (Status status = check_pairs("Pearson correlation", x, y); !status) return status.error();
  return correlate(x, y);
}

Result<Correlation> spearman(std::span<const double> x, std::span<const double> y) {
  if (Status status = check_pairs("Spearman correlation", x, y); !status) return status.error();
  return correlate(rank_values(x).ranks, rank_values(y).ranks);
}

}  // namespace joulecast::analysis
