// The lag at which a stretch of a power trace repeats itself.
#pragma once

#include <span>
#include <vector>

namespace joulecast::step {

struct FoundPeriod {
  double bins = 0.0;  ///< The period.
  /// Height of the autocorrelation's peaks over its valleys, in standard deviations of a series
  /// without a period.
  double significance = 0.0;
};

/// What may be the period, between `shortest` and `longest` bins: the lag that stands out most,
/// last, and before it smaller ones, rising, that are no mere fractions of it. A few at most. The
/// series is free of its trend (mean zero) and holds no NaN. Empty if nothing stands out. O(n log
/// n).
std::vector<FoundPeriod> find_periods(std::span<const double> series, double shortest,
                                      double longest);

}  // namespace joulecast::step
