#include "step/period_find.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

#include "step/period_autocorrelation.h"

namespace joulecast::step {
namespace {

// Lags are compared as means over this share of themselves to either side: a period that drifts
// smears its peak, and noise has no peak so wide.
constexpr double kSmooth = 0.01;
// A peak is the highest within this share of its lag to either side.
constexpr double kPeakReach = 0.12;
// The peak of the m-th multiple is looked for within this share of the period.
constexpr double kMultipleReach = 0.06;
constexpr int kMultiples = 4;
// What the multiples say of the period differs from what it says itself by at most this share.
constexpr double kFiner = 0.015;
// A smaller lag may be the period if its own peak has this share of the highest: where an
// evaluation every few epochs shifts the epochs after it, few are at the distance of one.
constexpr double kEnough = 0.2;
constexpr std::size_t kMostSmaller = 6;
// A fraction of the period has low peaks at some of its multiples: where one stands so much above
// the lag's own, the lag is a fraction.
constexpr double kFraction = 1.2;

class Correlogram {
 public:
  Correlogram(std::span<const double> series, std::size_t lags)
      : raw_(autocorrelation(series, lags)), sum_(raw_.size() + 1, 0.0) {
    for (std::size_t l = 0; l < raw_.size(); ++l) sum_[l + 1] = sum_[l] + raw_[l];
  }

  std::size_t lags() const { return raw_.size(); }
  double raw(std::size_t lag) const { return raw_[lag]; }

  // The smoothed value.
  double at(std::size_t lag) const {
    const auto reach = static_cast<std::size_t>(kSmooth * static_cast<double>(lag));
    const std::size_t from = lag - reach;
    const std::size_t to = std::min(lag + reach + 1, raw_.size());
    return (sum_[to] - sum_[from]) / static_cast<double>(to - from);
  }

  // The highest smoothed value in [from, to], and where.
  struct Peak {
    double lag = 0.0;
    double height = -2.0;
  };
  Peak highest(double from, double to) const {
    Peak peak;
    const auto last = std::min(static_cast<std::size_t>(std::max(0.0, to)), raw_.size() - 1);
    std::size_t best = 0;
    for (auto l = static_cast<std::size_t>(std::max(1.0, std::ceil(from))); l <= last; ++l) {
      if (at(l) > peak.height) peak.height = at(best = l);
    }
    peak.lag = static_cast<double>(best);
    if (best > 0 && best + 1 < raw_.size()) {  // a parabola through three points
      const double a = at(best - 1);
      const double b = at(best + 1);
      const double curvature = a - 2.0 * peak.height + b;
      if (curvature < 0.0 && a <= peak.height && b <= peak.height) {
        peak.lag += 0.5 * (a - b) / curvature;
      }
    }
    return peak;
  }
  double lowest(double from, double to) const {
    double low = 2.0;
    const auto last = std::min(static_cast<std::size_t>(std::max(0.0, to)), raw_.size() - 1);
    for (auto l = static_cast<std::size_t>(std::max(0.0, from)); l <= last; ++l) {
      low = std::min(low, at(l));
    }
    return low;
  }

 private:
  std::vector<double> raw_;
  std::vector<double> sum_;
};

struct Candidate {
  double lag = 0.0;
  double height = 0.0;    // of the lag's own peak over its valleys
  double score = 0.0;     // of its multiples' too, in the mean, if they are not higher
  bool fraction = false;  // of a period: one of its multiples is a better one
};

// Peaks at the lag and its multiples, each over the valleys beside it.
Candidate judge(const Correlogram& correlogram, double lag) {
  Candidate candidate;
  // Three standard deviations of white noise.
  const double noise = 3.0 / std::sqrt(static_cast<double>(correlogram.lags()));
  double own = 0.0;
  double sum = 0.0;
  int count = 0;
  double period = lag;
  for (int m = 1; m <= kMultiples; ++m) {
    const double centre = m * period;
    if (centre + 1.0 >= static_cast<double>(correlogram.lags())) break;
    const double reach = m == 1 ? 1.0 : std::max(1.0, kMultipleReach * period);
    const Correlogram::Peak peak = correlogram.highest(centre - reach, centre + reach);
    const double valley = correlogram.lowest(centre - 0.75 * period, centre - 0.25 * period);
    sum += peak.height - valley;
    ++count;
    period = peak.lag / m;
    if (m == 1) {
      candidate.height = sum;
      candidate.lag = period;
      own = peak.height;
    }
    candidate.fraction = candidate.fraction || peak.height > kFraction * own + noise ||
                         peak.height - valley > kFraction * candidate.height + noise;
  }
  candidate.score = count > 0 ? std::min(sum / count, candidate.height) : 0.0;
  return candidate;
}

// The lags that are the highest within their reach. The window's maximum comes from a queue of
// falling heights, so that this is O(n).
std::vector<Candidate> candidates(const Correlogram& correlogram, double shortest, double longest) {
  std::vector<Candidate> found;
  const std::size_t lags = correlogram.lags();
  std::deque<std::size_t> falling;
  std::size_t next = 1;
  for (auto lag = static_cast<std::size_t>(std::ceil(shortest));
       static_cast<double>(lag) <= longest && lag + 2 < lags; ++lag) {
    const auto reach = static_cast<std::size_t>(kPeakReach * static_cast<double>(lag)) + 1;
    for (; next <= lag + reach && next < lags; ++next) {
      while (!falling.empty() && correlogram.at(falling.back()) <= correlogram.at(next)) {
        falling.pop_back();
      }
      falling.push_back(next);
    }
    while (falling.front() + reach < lag) falling.pop_front();
    if (falling.front() == lag) found.push_back(judge(correlogram, static_cast<double>(lag)));
  }
  return found;
}

FoundPeriod measured(const Correlogram& correlogram, const Candidate& candidate, double n) {
  // Bartlett: a series without a period has autocorrelations with this variance, by its own
  // correlation over short times.
  double squares = 1.0;
  for (std::size_t l = 1; static_cast<double>(l) < candidate.lag / 2.0; ++l) {
    squares += 2.0 * correlogram.raw(l) * correlogram.raw(l);
  }
  const double multiples = std::clamp(std::floor(0.75 * n / candidate.lag), 1.0, 1.0 * kMultiples);
  FoundPeriod found;
  found.significance = candidate.score / std::sqrt(squares / n / multiples);

  // Multiples measure the period finer than itself.
  found.bins = candidate.lag;
  for (const int m : {2, 3, 4, 6, 8}) {
    const double centre = m * found.bins;
    if (centre > 0.5 * n) break;
    const double reach = std::max(1.0, kMultipleReach / 2 * found.bins);
    const double finer = correlogram.highest(centre - reach, centre + reach).lag / m;
    // Further off it is not the multiple, but a longer pattern.
    if (std::abs(finer / candidate.lag - 1.0) > kFiner) break;
    found.bins = finer;
  }
  return found;
}

}  // namespace

std::vector<FoundPeriod> find_periods(std::span<const double> series, double shortest,
                                      double longest) {
  const auto n = static_cast<double>(series.size());
  longest = std::min(longest, n / 3.0);
  std::vector<FoundPeriod> found;
  if (longest <= shortest) return found;
  const Correlogram correlogram(series, static_cast<std::size_t>(n * 0.75));
  std::vector<Candidate> all = candidates(correlogram, shortest, longest);
  const auto best =
      std::max_element(all.begin(), all.end(),
                       [](const Candidate& a, const Candidate& b) { return a.score < b.score; });
  if (best == all.end() || best->score <= 0.0) return found;

  std::vector<Candidate> smaller;
  std::copy_if(all.begin(), best, std::back_inserter(smaller), [&](const Candidate& c) {
    return !c.fraction && c.height >= kEnough * best->height;
  });
  if (smaller.size() > kMostSmaller) {
    std::sort(smaller.begin(), smaller.end(),
              [](const Candidate& a, const Candidate& b) { return a.height > b.height; });
    smaller.resize(kMostSmaller);
    std::sort(smaller.begin(), smaller.end(),
              [](const Candidate& a, const Candidate& b) { return a.lag < b.lag; });
  }
  for (const Candidate& c : smaller) found.push_back(measured(correlogram, c, n));
  found.push_back(measured(correlogram, *best, n));
  return found;
}

}  // namespace joulecast::step
