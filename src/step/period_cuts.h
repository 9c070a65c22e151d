// Cuts a stretch of a power trace at its period.
#pragma once

#include <span>
#include <vector>

namespace joulecast::step {

struct Cuts {
  std::vector<double> at;  ///< In bins, strictly increasing: where each epoch begins, then the end.
  std::vector<double> match;  ///< Correlation of each epoch with the mean one, -1 to 1; one less.
  double period = 0.0;        ///< Mean of the regular intervals, bins.
  /// Mean correlation of each epoch with the mean of the others: about 0 if they have nothing in
  /// common.
  double alike = 0.0;
  double covered = 0.0;  ///< Share of the series that lies in regular intervals.
  double regular = 0.0;  ///< Share of the intervals within a tenth of the median one.
};

/// Follows a period of about `period` bins (>= 4) through a series of at least two of them. The
/// series holds no NaN. No cuts if nothing matches. O(n).
Cuts cut_at_period(std::span<const double> series, double period);

}  // namespace joulecast::step
