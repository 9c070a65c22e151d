// What a meter says of a stretch of time, and how sure it is.
#pragma once

#include <span>

#include "joulecast/base/units.h"
#include "joulecast/run/provenance.h"
#include "joulecast/run/run.h"

namespace joulecast {

/// The energy of one device between two moments. Two errors are kept apart because they behave
/// differently: the cut's error is independent from one stretch to the next (it shrinks, relative
/// to the energy, as stretches get longer), the meter's gain error is the same for all of them.
struct MeasuredEnergy {
  Joules energy;
  /// Half-width, at 95 %, of what is not known because the edges fall between readings or inside
  /// the window that the sensor averages over. >= 0.
  Joules cut_error;
  /// The worst among the origins of its parts.
  Origin origin = Origin::kIntegrated;
  /// Part of the stretch for which nothing vouches; its energy is missing from `energy`.
  Seconds uncovered;
};

/// The error of a sum over devices. Meters of one kind err alike, in their level and (GPUs that
/// work in step) in their cuts, so their errors add up; those of different kinds add in squares.
/// Both spans have one element per device.
Joules error_of_sum(std::span<const Device> devices, std::span<const Joules> errors);

}  // namespace joulecast
