// What is believed of a kind of work before its units are seen.
#pragma once

#include <array>
#include <optional>

#include "step/projection_unit.h"

namespace joulecast::step {

/// Prior of one quantity's level fit, in log units.
struct LevelPrior {
  double transient = 0.0, transient_sd = 0.0;  ///< Of b, the transient's size at the start.
  double scale = 0.0;                          ///< Of the noise, for weighting.
  double interval_scale = 0.0;                 ///< Of the noise, for intervals.
  double first = 0.0, first_sd = 0.0;          ///< By how much the first unit exceeds the level.
};

using LevelPriors = std::array<LevelPrior, kQuantities>;

/// Of evaluation passes.
LevelPriors evaluation_priors();

/// Of training work. `limit_share`: mean power of the phase's first units over the power limit, if
/// there is a limit; `sampling_share`: sampling interval over the mean duration of those units, at
/// most 1, 0 for an energy counter.
LevelPriors training_priors(std::optional<double> limit_share, double sampling_share);

}  // namespace joulecast::step
