// The nearest neighbours found so far, and the profile made of them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "joulecast/step/matrix_profile.h"
#include "step/matrix_profile_windows.h"

namespace joulecast::step {

/// Stands for the correlation of two windows of the same shape: more than rounding makes of any.
inline constexpr double kSameShape = 1 + 1e-6;

/// Correlations above this are those of windows of the same shape but for rounding.
inline constexpr double kNearlyOne = 1 - 1e-12;

/// The correlation to compare by: kSameShape for any above kNearlyOne, so that exact copies are at
/// distance 0 and the nearest one wins, not the one with the luckiest rounding. NaN stays NaN.
inline double settled(double correlation) {
  return correlation > kNearlyOne ? kSameShape : correlation;
}

/// The highest limit that every correlation settled() to `correlation` or more is above.
inline double just_below(double correlation) {
  return correlation == kSameShape
             ? kNearlyOne
             : std::nextafter(correlation, -std::numeric_limits<double>::infinity());
}

/// On one side (left: earlier, or right: later) of every window, the neighbour that correlates
/// best.
struct Neighbours {
  /// Correlation, settled(); -infinity: no neighbour.
  std::vector<double> correlation;
  /// Distance in samples between the starts of the two windows.
  std::vector<std::int64_t> gap;

  void resize(std::size_t windows) {
    correlation.resize(windows, -std::numeric_limits<double>::infinity());
    gap.resize(windows, 0);
  }
};

enum class Side : std::uint8_t { kLeft, kRight };

/// Whether the pair (correlation, gap) is a better neighbour than (than, than_gap): the higher
/// correlation, and of equal ones the nearer. All ways to split the work give the same answer
/// because this is a total order.
inline bool is_better(double correlation, std::int64_t gap, double than, std::int64_t than_gap) {
  return correlation > than || (correlation == than && gap < than_gap);
}

/// Adds to `neighbours`, which has only pairs of varying windows, the pairs in which one window or
/// both are constant: they count as correlated 1/2 and 1 (distances sqrt(m) and 0). O(n).
void add_constant_windows(const Windows& windows, std::size_t exclusion_zone, Side side,
                          Neighbours& neighbours);

/// The profile of the better of both sides. Of a left and a right neighbour that are equally good
/// and equally near the left one is taken.
MatrixProfile nearest(const Neighbours& left, const Neighbours& right, std::size_t window);

}  // namespace joulecast::step
