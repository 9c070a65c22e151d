// The period of a stretch, if it has one: what the correlogram offers, put to the test.
#pragma once

#include <optional>
#include <span>

#include "step/period_find.h"

namespace joulecast::step {

struct PeriodLimits {
  double shortest;  ///< In bins.
  double longest;
};

/// Evidence at which a stretch counts as periodic: the significance of the autocorrelation's peaks
/// times the likeness of the epochs cut at them. Of 300 series of white and of shortly correlated
/// noise and of random switching 2 reach it, of 100 random walks 16.
inline constexpr double kPeriodEvidence = 7.0;

/// The period of the stretch (watts; NaN in gaps), its `significance` being the evidence, at least
/// kPeriodEvidence. Absent if it has none. O(n log n).
std::optional<FoundPeriod> search_period(std::span<const double> power_w, PeriodLimits limits);

}  // namespace joulecast::step
