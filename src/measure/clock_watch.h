// Tells a wall clock that was set, a machine that slept and a process that was stopped apart.
#pragma once

#include <functional>
#include <string>

#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// The three clocks of one moment, in seconds.
struct ClockReadings {
  double monotonic_s = 0.0;  ///< CLOCK_MONOTONIC: stands still while the machine sleeps.
  double boot_s = 0.0;       ///< CLOCK_BOOTTIME: goes on.
  double wall_s = 0.0;       ///< CLOCK_REALTIME: can be set.
};
ClockReadings read_clocks();

/// Fed at every poll. Not thread-safe; does not allocate unless there is something to say.
class ClockWatch {
 public:
  /// Calls `say` with one line for each thing that happened since the readings before. At most
  /// `expected_s` were to pass between the two.
  void update(const ClockReadings& now, double expected_s,
              const std::function<void(std::string)>& say);

 private:
  bool begun_ = false;
  ClockReadings last_;
};

}  // namespace joulecast::measure
