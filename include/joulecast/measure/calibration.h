// From what the sensors of a host say to what its wall plug draws.
//
// E_wall = c0 * t + c1 * E_sensor: c0 is what no sensor sees while the host runs (fans, disks,
// board), c1 the losses of the power supply and the sensors' gain. On public wall-meter data two
// constants per host took the error from 24 % to 3.4 % and from 37 % to 5.7 % (METHODS, section 1).
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"

namespace joulecast::measure {

/// One stretch of time, seen by the sensors and by a wall meter.
struct WallReading {
  Seconds duration;
  Joules sensor;  ///< Sum over all devices that are measured on this host.
  Joules wall;
};

/// Valid for one host, and for the set of devices that it was made with.
struct WallCalibration {
  Watts c0;
  double c1 = 1.0;
  std::string text;  ///< One line for people: when, with what, how well it fits; may be empty.

  Joules apply(Joules sensor, Seconds duration) const { return c0 * duration + c1 * sensor; }
};

/// Least squares over the stretches' mean powers, each weighted by its duration. Errors: fewer than
/// two stretches, values that cannot be, stretches of (nearly) the same mean sensor power (an idle
/// and a loaded one are needed), constants that cannot be (c1 <= 0, c0 < 0).
Result<WallCalibration> fit_wall_calibration(std::span<const WallReading> readings);

/// A small text file, `key value` in each line. Errors: file:line: what is wrong; how to mend it.
Status save_wall_calibration(const WallCalibration& calibration, const std::filesystem::path& path);
Result<WallCalibration> load_wall_calibration(const std::filesystem::path& path);

}  // namespace joulecast::measure
