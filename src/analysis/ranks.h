// Ranks, ties sharing their mean rank.
#pragma once

#include <span>
#include <vector>

namespace joulecast::analysis {

struct Ranks {
  std::vector<double> ranks;  ///< From 1, in the order of the values.
  double ties = 0.0;          ///< Sum of t^3 - t over runs of t equal values.

  /// The ranks' sum of squares about their mean.
  double sum_squares() const;
};

/// Neighbours in order that differ by no more than `tolerance` are ties. Precondition: no NaN.
Ranks rank_values(std::span<const double> values, double tolerance = 0.0);

}  // namespace joulecast::analysis
