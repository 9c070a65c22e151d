// Divides a power trace into stretches, each with its own period or none.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "step/period_cuts.h"
#include "step/period_search.h"

namespace joulecast::step {

struct Stretch {
  std::size_t from = 0;  ///< Bins.
  std::size_t to = 0;
  std::optional<FoundPeriod> found;
  Cuts cuts;  ///< At that period, in bins from `from`; empty without one.
};

/// In order, without gaps, from 0 to the end; at least one. `power_w` holds NaN in gaps.
std::vector<Stretch> divide(std::span<const double> power_w, PeriodLimits limits);

}  // namespace joulecast::step
