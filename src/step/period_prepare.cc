#include "step/period_prepare.h"

#include <algorithm>
#include <cmath>

namespace joulecast::step {
namespace {

// Power beyond this many median deviations from the median is cut off there. Wide enough for the
// evaluations of a steady training, a small share of the time at another level.
constexpr double kClip = 8.0;

struct Band {
  double low;
  double middle;
  double high;
};

Band usual_band(std::span<const double> power_w) {
  std::vector<double> known;
  known.reserve(power_w.size());
  for (const double w : power_w) {
    if (!std::isnan(w)) known.push_back(w);
  }
  if (known.empty()) return {};
  const double middle = median_of(known);
  double mean = 0.0;
  for (double& w : known) {
    w = std::abs(w - middle);
    mean += w;
  }
  mean /= static_cast<double>(known.size());
  double spread = median_of(std::move(known));
  if (spread <= 0.0) spread = mean;  // more than half the samples are equal
  return {.low = middle - kClip * spread, .middle = middle, .high = middle + kClip * spread};
}

}  // namespace

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<double> prepared(std::span<const double> power_w) {
  const Band band = usual_band(power_w);
  std::vector<double> series(power_w.size(), 0.0);
  // A straight line by least squares over the known bins; times from the middle, for precision.
  const double centre = static_cast<double>(power_w.size()) / 2.0;
  double n = 0.0;
  double sum_t = 0.0;
  double sum_w = 0.0;
  double sum_tt = 0.0;
  double sum_tw = 0.0;
  for (std::size_t i = 0; i < power_w.size(); ++i) {
    if (std::isnan(power_w[i])) continue;
    const double t = static_cast<double>(i) - centre;
    series[i] = std::clamp(power_w[i], band.low, band.high) - band.middle;
    n += 1.0;
    sum_t += t;
    sum_w += series[i];
    sum_tt += t * t;
    sum_tw += t * series[i];
  }
  if (n <= 0.0) return series;
  const double variance = n * sum_tt - sum_t * sum_t;
  const double slope = variance > 0.0 ? (n * sum_tw - sum_t * sum_w) / variance : 0.0;
  const double level = (sum_w - slope * sum_t) / n;
  for (std::size_t i = 0; i < power_w.size(); ++i) {
    if (!std::isnan(power_w[i])) series[i] -= level + slope * (static_cast<double>(i) - centre);
  }
  return series;
}

void remove_slow(std::vector<double>& series, std::size_t window) {
  std::vector<double> sum(series.size() + 1, 0.0);
  for (std::size_t i = 0; i < series.size(); ++i) sum[i + 1] = sum[i] + series[i];
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::size_t from = i - std::min(i, window / 2);
    const std::size_t to = std::min(series.size(), i + window / 2 + 1);
    series[i] -= (sum[to] - sum[from]) / static_cast<double>(to - from);
  }
}

}  // namespace joulecast::step
