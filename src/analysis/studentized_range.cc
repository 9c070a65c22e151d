#include "analysis/studentized_range.h"

#include <algorithm>
#include <cmath>

#include "analysis/distributions.h"

namespace joulecast::analysis {
namespace {

// Both integrands are analytic and vanish fast at both ends: there the trapezoidal rule's error
// falls exponentially with the step (Trefethen and Weideman, SIAM Review 56(3), 2014).
constexpr double kRangeStep = 0.125;
constexpr double kRangeReach = 10.0;  // standard deviations; beyond, less than 1e-22 is left
constexpr double kNegligible = 1e-18;

// P(range of k normals > w) = k * integral of phi(z) [Phi(z)^(k-1) - (Phi(z) - Phi(z-w))^(k-1)].
// The difference is taken without cancellation, so that a thin tail keeps its digits.
double range_above(double w, double k) {
  const double middle = 0.5 * w;
  const auto steps = static_cast<int>(2.0 * kRangeReach / kRangeStep);
  double sum = 0.0;
  for (int i = 0; i <= steps; ++i) {
    const double z = middle - kRangeReach + kRangeStep * i;
    const double below = normal_below(z);
    if (below <= 0.0) continue;
    const double share = std::min(normal_below(z - w) / below, 1.0);
    const double lost = share < 1.0 ? -std::expm1((k - 1.0) * std::log1p(-share)) : 1.0;
    sum += normal_density(z) * std::pow(below, k - 1.0) * lost;
  }
  return std::min(k * sum * kRangeStep, 1.0);
}

// Log of the density of t = log(s), s^2 a chi-squared over its df, up to a constant.
double log_density(double t, double df) { return df * (t - 0.5 * std::expm1(2.0 * t)); }

}  // namespace

double studentized_range_above(double q, double groups, double df) {
  // Fine enough for the density's width, 1 / sqrt(2 df), and for its analytic strip, pi / 4.
  const double step = std::min(0.1, 0.5 / std::sqrt(2.0 * df));
  double weights = 0.0, sum = 0.0;
  const auto add = [&](double t) {
    const double weight = std::exp(log_density(t, df));
    const double term = weight * range_above(q * std::exp(t), groups);
    weights += weight;
    sum += term;
    return weight > kNegligible * weights || term > kNegligible * sum;
  };
  add(0.0);
  // Down, the integrand peaks before it falls: nowhere lower than here.
  const double peak = 0.5 * std::log(df / (df + 0.5 * q * q));
  for (int i = 1; add(-step * i) || -step * i > peak; ++i) {
  }
  for (int i = 1; add(step * i); ++i) {
  }
  return std::clamp(sum / weights, 0.0, 1.0);
}

}  // namespace joulecast::analysis
