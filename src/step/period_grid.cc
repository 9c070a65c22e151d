#include "step/period_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulecast::step {
namespace {

// An interval longer than this many median ones is a gap.
constexpr double kGap = 8.0;

double median_interval(std::span<const double> time_s) {
  std::vector<double> intervals(time_s.size() - 1);
  for (std::size_t i = 0; i < intervals.size(); ++i) intervals[i] = time_s[i + 1] - time_s[i];
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

}  // namespace

Grid to_grid(std::span<const double> time_s, std::span<const double> power_w,
             std::size_t most_bins) {
  const double duration_s = time_s.back() - time_s.front();
  const double interval_s = median_interval(time_s);
  Grid grid;
  grid.start_s = time_s.front();
  grid.bin_s = std::max(interval_s, duration_s / static_cast<double>(most_bins));
  const auto bins = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::floor(duration_s / grid.bin_s + 1e-9)), 1, most_bins);
  grid.power_w.assign(bins, 0.0);

  // Each bin collects its share of the piecewise linear power, and how much of it was seen.
  std::vector<double> seen_s(bins, 0.0);
  for (std::size_t i = 0; i + 1 < time_s.size(); ++i) {
    const double from = time_s[i];
    const double to = time_s[i + 1];
    if (to - from > kGap * interval_s) continue;
    const double slope = (power_w[i + 1] - power_w[i]) / (to - from);
    auto bin = static_cast<std::size_t>((from - grid.start_s) / grid.bin_s);
    for (double at = from; at < to && bin < bins; ++bin) {
      const double until = std::min(to, grid.time_s(static_cast<double>(bin + 1)));
      if (until <= at) continue;
      grid.power_w[bin] += (power_w[i] + slope * ((at + until) / 2 - from)) * (until - at);
      seen_s[bin] += until - at;
      at = until;
    }
  }
  for (std::size_t b = 0; b < bins; ++b) {
    grid.power_w[b] = seen_s[b] > 0.25 * grid.bin_s ? grid.power_w[b] / seen_s[b]
                                                    : std::numeric_limits<double>::quiet_NaN();
  }
  return grid;
}

std::vector<double> widen(std::span<const double> series, double width) {
  const auto bins = static_cast<std::size_t>(static_cast<double>(series.size()) / width);
  std::vector<double> wide(bins);
  double sum = 0.0;  // of the series before `next`
  std::size_t next = 0;
  double before = 0.0;
  for (std::size_t b = 0; b < bins; ++b) {
    const double end =
        std::min(static_cast<double>(b + 1) * width, static_cast<double>(series.size()));
    while (next < series.size() && static_cast<double>(next + 1) <= end) sum += series[next++];
    const double part = end - static_cast<double>(next);
    const double until = sum + (next < series.size() ? part * series[next] : 0.0);
    wide[b] = (until - before) / width;
    before = until;
  }
  return wide;
}

}  // namespace joulecast::step
