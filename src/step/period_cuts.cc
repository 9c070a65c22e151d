#include "step/period_cuts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "step/period_grid.h"
#include "step/period_prepare.h"

namespace joulecast::step {
namespace {

constexpr double kPointsPerPeriod = 48.0;
// In long series half of that will do: the more epochs, the less one cut matters.
constexpr double kManyPeriods = 400.0;
// From one cut to the next, in periods. Longer than a period: an evaluation now and then, a
// restart.
constexpr double kShortestStep = 0.75;
constexpr double kLongestStep = 2.6;
// What a step of another length than the period costs, against a match of at most 1: its squared
// log ratio times kCost over the usual match squared, but no more than kMostCost over it, so that
// an evaluation does not shift the cuts after it. Noise makes for poor matches, and must not lure.
constexpr double kCost = 20.0;
constexpr double kMostCost = 0.4;
// A match below this share of the usual one counts against a cut.
constexpr double kLeastMatch = 0.4;
constexpr int kPasses = 3;
// An interval is regular if it is as near to the median one as five times the median deviation,
// within these limits.
constexpr double kRegularAtLeast = 0.02;
constexpr double kRegularAtMost = 0.15;

// The shape of an epoch, mean zero and length one.
class Shape {
 public:
  explicit Shape(std::vector<double> points) : points_(std::move(points)) {
    double mean = 0.0;
    for (const double p : points_) mean += p;
    mean /= static_cast<double>(points_.size());
    double square = 0.0;
    for (double& p : points_) {
      p -= mean;
      square += p * p;
    }
    spread_ = std::sqrt(square);
    if (spread_ > 0.0) {
      for (double& p : points_) p /= spread_;
    }
  }

  std::size_t size() const { return points_.size(); }
  double operator[](std::size_t i) const { return points_[i]; }

  // Correlation with the series at every position. Where the series is flatter than a third of the
  // shape, as flat as that: idling does not look like anything.
  std::vector<double> match(std::span<const double> series) const {
    const std::size_t m = points_.size();
    std::vector<double> result(series.size() - m + 1);
    double sum = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i + 1 < m; ++i) {
      sum += series[i];
      square += series[i] * series[i];
    }
    for (std::size_t t = 0; t < result.size(); ++t) {
      const double entering = series[t + m - 1];
      sum += entering;
      square += entering * entering;
      double product = 0.0;
      for (std::size_t i = 0; i < m; ++i) product += points_[i] * series[t + i];
      const double spread = std::sqrt(std::max(0.0, square - sum * sum / static_cast<double>(m)));
      const double scale = std::max(spread, spread_ / 3.0);
      result[t] = scale > 0.0 ? product / scale : 0.0;
      sum -= series[t];
      square -= series[t] * series[t];
    }
    return result;
  }

  // Where the shorter of the two levels that the shape goes between ends.
  std::size_t end_of_shorter_level() const {
    const std::size_t m = points_.size();
    std::vector<double> sorted = points_;
    std::sort(sorted.begin(), sorted.end());
    const double middle = (sorted[m / 20] + sorted[m - 1 - m / 20]) / 2.0;
    const auto above = static_cast<std::size_t>(
        std::count_if(points_.begin(), points_.end(), [&](double p) { return p > middle; }));
    const bool upper = 2 * above <= m;  // the shorter level is the upper one
    const auto shorter = [&](std::size_t i) { return (points_[i % m] > middle) == upper; };
    std::size_t longest = 0;
    std::size_t end = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < 2 * m; ++i) {
      run = shorter(i) ? run + 1 : 0;
      if (run > longest && run < m) {
        longest = run;
        end = (i + 1) % m;
      }
    }
    return end;
  }

  Shape rotated(std::size_t by) const {
    std::vector<double> points = points_;
    std::rotate(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(by), points.end());
    for (double& p : points) p *= spread_;
    return Shape(std::move(points));
  }

 private:
  std::vector<double> points_;
  double spread_ = 0.0;
};

// The window that is most like those one period before and after it.
Shape first_shape(std::span<const double> series, double period) {
  const auto m = static_cast<std::size_t>(std::llround(period));
  const auto reach = static_cast<std::size_t>(std::ceil(0.06 * period));
  const std::size_t last = series.size() - m;
  constexpr std::size_t kTries = 48;
  double best_match = -2.0;
  std::size_t best = 0;
  for (std::size_t k = 0; k < kTries; ++k) {
    const std::size_t at = last * k / (kTries - 1);
    const Shape shape(std::vector<double>(series.begin() + static_cast<std::ptrdiff_t>(at),
                                          series.begin() + static_cast<std::ptrdiff_t>(at + m)));
    double sum = 0.0;
    int count = 0;
    for (const int step : {-2, -1, 1, 2}) {
      const double centre = static_cast<double>(at) + step * period;
      const auto from =
          static_cast<std::int64_t>(std::llround(centre)) - static_cast<std::int64_t>(reach);
      const std::size_t length = m + 2 * reach;
      if (from < 0 || static_cast<std::size_t>(from) + length > series.size()) continue;
      const std::vector<double> there =
          shape.match(series.subspan(static_cast<std::size_t>(from), length));
      sum += *std::max_element(there.begin(), there.end());
      ++count;
    }
    if (count >= 1 && sum / count > best_match) {
      best_match = sum / count;
      best = at;
    }
  }
  return Shape(std::vector<double>(series.begin() + static_cast<std::ptrdiff_t>(best),
                                   series.begin() + static_cast<std::ptrdiff_t>(best + m)));
}

// The chain of positions with the best matches at the most regular distances.
std::vector<std::size_t> best_chain(std::span<const double> match, double period, double usual) {
  const auto shortest = static_cast<std::size_t>(std::max(1.0, std::ceil(kShortestStep * period)));
  const auto longest = static_cast<std::size_t>(std::ceil(kLongestStep * period));
  const double factor = kCost / std::max(0.05, usual * usual);
  std::vector<double> cost(longest + 1, 0.0);
  for (std::size_t d = shortest; d <= longest; ++d) {
    const double log_ratio = std::log(static_cast<double>(d) / period);
    cost[d] = std::min(kMostCost / std::max(0.1, usual), factor * log_ratio * log_ratio);
  }
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<double> total(match.size());
  std::vector<std::size_t> before(match.size(), kNone);
  std::size_t end = 0;
  for (std::size_t t = 0; t < match.size(); ++t) {
    double best = 0.0;
    for (std::size_t d = shortest; d <= std::min(longest, t); ++d) {
      const double with = total[t - d] - cost[d];
      if (with > best) {
        best = with;
        before[t] = t - d;
      }
    }
    total[t] = best + match[t] - kLeastMatch * usual;
    if (total[t] > total[end]) end = t;
  }
  std::vector<std::size_t> chain;
  if (match.empty() || total[end] <= 0.0) return chain;
  for (std::size_t t = end; t != kNone; t = before[t]) chain.push_back(t);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

Shape mean_shape(std::span<const double> series, std::span<const std::size_t> chain,
                 std::size_t points) {
  std::vector<double> mean(points, 0.0);
  for (const std::size_t t : chain) {
    for (std::size_t i = 0; i < points; ++i) mean[i] += series[t + i];
  }
  for (double& m : mean) m /= static_cast<double>(chain.size());
  return Shape(std::move(mean));
}

// Mean correlation of each epoch with the mean of the others.
double alikeness(std::span<const double> series, std::span<const std::size_t> chain,
                 std::size_t points) {
  std::vector<double> sum(points, 0.0);
  std::vector<double> mean;
  for (const std::size_t t : chain) {
    double m = 0.0;
    for (std::size_t i = 0; i < points; ++i) m += series[t + i];
    mean.push_back(m / static_cast<double>(points));
    for (std::size_t i = 0; i < points; ++i) sum[i] += series[t + i] - mean.back();
  }
  double total = 0.0;
  for (std::size_t e = 0; e < chain.size(); ++e) {
    double product = 0.0;
    double own = 0.0;
    double others = 0.0;
    for (std::size_t i = 0; i < points; ++i) {
      const double x = series[chain[e] + i] - mean[e];
      const double y = sum[i] - x;
      product += x * y;
      own += x * x;
      others += y * y;
    }
    if (own > 0.0 && others > 0.0) total += product / std::sqrt(own * others);
  }
  return total / static_cast<double>(chain.size());
}

// The top of a parabola through the match at t and beside it.
double refined(std::span<const double> match, std::size_t t) {
  const auto at = static_cast<double>(t);
  if (t == 0 || t + 1 >= match.size()) return at;
  const double curvature = match[t - 1] - 2.0 * match[t] + match[t + 1];
  if (curvature >= 0.0) return at;
  return at + std::clamp(0.5 * (match[t - 1] - match[t + 1]) / curvature, -0.5, 0.5);
}

}  // namespace

Cuts cut_at_period(std::span<const double> series, double period) {
  Cuts cuts;
  const bool many = static_cast<double>(series.size()) > kManyPeriods * period;
  const double width = std::max(1.0, period / (many ? kPointsPerPeriod / 2.0 : kPointsPerPeriod));
  std::vector<double> wide = widen(series, width);
  const double wide_period = period / width;
  const auto points = static_cast<std::size_t>(std::llround(wide_period));
  if (points < 4 || wide.size() < 2 * points) return cuts;

  Shape shape = first_shape(wide, wide_period);
  // The first and the last epoch may lack an end.
  const std::size_t margin = points / 4;
  double mean = 0.0;
  for (const double w : wide) mean += w;
  mean /= static_cast<double>(wide.size());
  wide.insert(wide.begin(), margin, mean);
  wide.insert(wide.end(), margin, mean);

  double usual = 0.5;
  std::vector<double> match;
  std::vector<std::size_t> chain;
  for (int pass = 0; pass <= kPasses; ++pass) {
    match = shape.match(wide);
    chain = best_chain(match, wide_period, usual);
    if (chain.size() < 2) return cuts;
    std::vector<double> reached;
    reached.reserve(chain.size());
    for (const std::size_t t : chain) reached.push_back(match[t]);
    usual = std::clamp(median_of(reached), 0.1, 1.0);
    if (pass == kPasses) break;
    shape = mean_shape(wide, chain, points);
    if (pass == kPasses - 1) shape = shape.rotated(shape.end_of_shorter_level());
  }

  const auto n = static_cast<double>(series.size());
  std::vector<double> intervals;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    cuts.at.push_back((refined(match, chain[i]) - static_cast<double>(margin)) * width);
    cuts.match.push_back(match[chain[i]]);
    if (i > 0) intervals.push_back(cuts.at[i] - cuts.at[i - 1]);
  }
  cuts.alike = alikeness(wide, chain, points);
  const double typical = median_of(intervals);
  std::vector<double> deviation;
  deviation.reserve(intervals.size());
  for (const double i : intervals) deviation.push_back(std::abs(i / typical - 1.0));
  // Drift belongs to the mean, evaluations and restarts do not.
  const double usual_deviation =
      std::clamp(5.0 * median_of(deviation), kRegularAtLeast, kRegularAtMost);
  double sum = 0.0;
  int count = 0;
  int near = 0;
  double near_bins = 0.0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (deviation[i] <= usual_deviation) {
      sum += intervals[i];
      ++count;
    }
    if (deviation[i] <= kRegularAtMost) {
      ++near;
      near_bins += intervals[i];
    }
  }
  cuts.period = sum / count;
  cuts.covered = (near_bins + cuts.period) / n;
  cuts.regular = static_cast<double>(near) / static_cast<double>(intervals.size());
  cuts.at.front() = std::max(0.0, cuts.at.front());
  cuts.at.push_back(std::min(n, cuts.at.back() + cuts.period));
  return cuts;
}

}  // namespace joulecast::step
