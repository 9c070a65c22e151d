#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "analysis/distributions.h"
#include "analysis/group_check.h"
#include "analysis/moments.h"
#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {
namespace {

constexpr std::string_view kShapiroWilk = "Shapiro-Wilk";
constexpr std::string_view kDAgostinoPearson = "D'Agostino-Pearson";
constexpr std::size_t kLeastShapiroWilk = 3;
constexpr std::size_t kLeastDAgostinoPearson = 20;  // kurtosis' approximation is poor below

// Coefficients from the constant term up.
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0.0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

// Beasley and Springer's algorithm AS 111. Less exact than Boost's quantile, but what AS R94 was
// published with and what others' results contain.
double as111_quantile(double p) {
  constexpr std::array<double, 4> kA{2.50662823884, -18.61500062529, 41.39119773534,
                                     -25.44106049637};
  constexpr std::array<double, 5> kB{1.0, -8.47351093090, 23.08336743743, -21.06224101826,
                                     3.13082909833};
  constexpr std::array<double, 4> kC{-2.78718931138, -2.29796479134, 4.85014127135, 2.32121276858};
  constexpr std::array<double, 3> kD{1.0, 3.54388924762, 1.63706781897};
  constexpr double kSplit = 0.42;
  const double q = p - 0.5;
  if (std::abs(q) <= kSplit) return q * polynomial(kA, q * q) / polynomial(kB, q * q);
  const double r = std::sqrt(-std::log(std::min(p, 1.0 - p)));
  return std::copysign(polynomial(kC, r) / polynomial(kD, r), q);
}

// AS R94's weights of the smaller half, the smallest value's first. All positive: the larger half
// mirrors them, and a middle value has none.
std::vector<double> shapiro_wilk_weights(std::size_t count) {
  if (count == 3) return {std::numbers::sqrt2 / 2.0};
  constexpr std::array<double, 6> kC1{0.0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056};
  constexpr std::array<double, 6> kC2{0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633};
  constexpr double kBlom = 0.375;
  const auto n = static_cast<double>(count);
  std::vector<double> weights(count / 2);
  double half_squares = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = -as111_quantile((static_cast<double>(i + 1) - kBlom) / (n + 0.25));
    half_squares += weights[i] * weights[i];
  }
  const double squares = 2.0 * half_squares;
  const double root = 1.0 / std::sqrt(n);
  const std::array<double, 2> outer{
      polynomial(kC1, root) + weights[0] / std::sqrt(squares),
      polynomial(kC2, root) + weights[1] / std::sqrt(squares),
  };
  const std::size_t fitted = count > 5 ? 2 : 1;
  double left = squares, share = 1.0;
  for (std::size_t i = 0; i < fitted; ++i) {
    left -= 2.0 * weights[i] * weights[i];
    share -= 2.0 * outer[i] * outer[i];
    weights[i] = outer[i];
  }
  const double scale = std::sqrt(left / share);
  for (std::size_t i = fitted; i < weights.size(); ++i) weights[i] /= scale;
  return weights;
}

// 1 - W of sorted values, without cancellation where W is near 1.
double shapiro_wilk_shortfall(const std::vector<double>& sorted,
                              const std::vector<double>& weights) {
  const double range = sorted.back() - sorted.front();
  Sum mean, weight_squares, value_squares, products;
  for (const double value : sorted) mean.add((value - sorted.front()) / range);
  const double centre = mean.value() / static_cast<double>(sorted.size());
  for (const double value : sorted) {
    const double distance = (value - sorted.front()) / range - centre;
    value_squares.add(distance * distance);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weight_squares.add(2.0 * weights[i] * weights[i]);
    products.add(weights[i] * ((sorted[sorted.size() - 1 - i] - sorted[i]) / range));
  }
  const double squares = weight_squares.value() * value_squares.value();
  const double root = std::sqrt(squares);
  return (root - products.value()) * (root + products.value()) / squares;
}

double shapiro_wilk_p(double shortfall, std::size_t count) {
  constexpr std::array<double, 2> kGamma{-2.273, 0.459};
  constexpr std::array<double, 4> kSmallMean{0.5440, -0.39978, 0.025054, -0.0006714};
  constexpr std::array<double, 4> kSmallSpread{1.3822, -0.77857, 0.062767, -0.0020322};
  constexpr std::array<double, 4> kMean{-1.5861, -0.31082, -0.083751, 0.0038915};
  constexpr std::array<double, 3> kSpread{-0.4803, -0.082676, 0.0030302};
  constexpr std::size_t kLargestSmall = 11;
  constexpr double kLeastP = 1e-19;  // AS R94's answer where its approximation ends
  const auto n = static_cast<double>(count);
  if (count == 3) {  // exact
    const double p = 1.0 - 6.0 / std::numbers::pi * std::acos(std::sqrt(1.0 - shortfall));
    return std::max(p, 0.0);
  }
  const double y = std::log(shortfall);
  if (count > kLargestSmall) {
    const double x = std::log(n);
    return normal_above((y - polynomial(kMean, x)) / std::exp(polynomial(kSpread, x)));
  }
  const double gamma = polynomial(kGamma, n);
  if (y >= gamma) return kLeastP;
  const double score = -std::log(gamma - y);
  return normal_above((score - polynomial(kSmallMean, n)) / std::exp(polynomial(kSmallSpread, n)));
}

double skewness_score(double n, double skewness) {
  const double y = skewness * std::sqrt((n + 1.0) * (n + 3.0) / (6.0 * (n - 2.0)));
  const double beta = 3.0 * (n * n + 27.0 * n - 70.0) * (n + 1.0) * (n + 3.0) /
                      ((n - 2.0) * (n + 5.0) * (n + 7.0) * (n + 9.0));
  const double w2 = -1.0 + std::sqrt(2.0 * (beta - 1.0));
  return std::asinh(y / std::sqrt(2.0 / (w2 - 1.0))) / std::sqrt(0.5 * std::log(w2));
}

double kurtosis_score(double n, double kurtosis) {
  const double expected = 3.0 * (n - 1.0) / (n + 1.0);
  const double variance =
      24.0 * n * (n - 2.0) * (n - 3.0) / ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0));
  const double x = (kurtosis - expected) / std::sqrt(variance);
  const double skew = 6.0 * (n * n - 5.0 * n + 2.0) / ((n + 7.0) * (n + 9.0)) *
                      std::sqrt(6.0 * (n + 3.0) * (n + 5.0) / (n * (n - 2.0) * (n - 3.0)));
  const double a = 6.0 + 8.0 / skew * (2.0 / skew + std::sqrt(1.0 + 4.0 / (skew * skew)));
  const double base = 1.0 + x * std::sqrt(2.0 / (a - 4.0));
  const double root = std::copysign(std::cbrt((1.0 - 2.0 / a) / std::abs(base)), base);
  return (1.0 - 2.0 / (9.0 * a) - root) / std::sqrt(2.0 / (9.0 * a));
}

Status check_spread(std::string_view test, const Group& group, std::size_t least) {
  if (Status status = check_group(test, group, least); !status) return status;
  if (is_constant(group)) {
    return Error{fmt::format("{} holds one and the same value {} times; it has no distribution",
                             group_place(test, group), group.values.size())};
  }
  return {};
}

}  // namespace

Result<Normality> shapiro_wilk(const Group& group) {
  if (Status status = check_spread(kShapiroWilk, group, kLeastShapiroWilk); !status) {
    return status.error();
  }
  if (group.values.size() > kLargestShapiroWilk) {
    return Error{fmt::format("{} has {} values, more than the {} that the test is made for",
                             group_place(kShapiroWilk, group), group.values.size(),
                             kLargestShapiroWilk)};
  }
  std::vector<double> sorted = group.values;
  std::sort(sorted.begin(), sorted.end());
  const double shortfall = shapiro_wilk_shortfall(sorted, shapiro_wilk_weights(sorted.size()));
  return Normality{.test = kShapiroWilk,
                   .statistic = 1.0 - shortfall,
                   .p_value = shapiro_wilk_p(shortfall, sorted.size())};
}

Result<Normality> dagostino_pearson(const Group& group) {
  if (Status status = check_spread(kDAgostinoPearson, group, kLeastDAgostinoPearson); !status) {
    return status.error();
  }
  const Moments moments = moments_of(group.values);
  const double scale = std::sqrt(moments.sum_squares / moments.n);
  Sum cubes, fourths;
  for (const double value : group.values) {
    const double x = (value - moments.mean) / scale;
    cubes.add(x * x * x);
    fourths.add(x * x * x * x);
  }
  const double skew = skewness_score(moments.n, cubes.value() / moments.n);
  const double kurtosis = kurtosis_score(moments.n, fourths.value() / moments.n);
  const double k2 = skew * skew + kurtosis * kurtosis;
  return Normality{
      .test = kDAgostinoPearson, .statistic = k2, .p_value = chi_squared_above(k2, 2.0)};
}

Result<Normality> normality(const Group& group) {
  return group.values.size() > kLargestShapiroWilk ? dagostino_pearson(group) : shapiro_wilk(group);
}

}  // namespace joulecast::analysis
