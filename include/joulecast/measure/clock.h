// The clock of a measurement: CLOCK_MONOTONIC, or that at another speed for replays.
#pragma once

#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// At speed 1 now() is CLOCK_MONOTONIC. At speed s a second of the clock passes in 1/s real
/// seconds, counted from the clock's construction, so that a recorded day is replayed in a minute
/// and yet every joule comes out the same. Immutable: any thread may use it.
class Clock {
 public:
  explicit Clock(double speed = 1.0);  ///< speed > 0
  MonotonicSeconds now() const;
  /// Returns at once if the moment has passed.
  void sleep_until(MonotonicSeconds time_s) const;
  double speed() const { return speed_; }

 private:
  double speed_;
  MonotonicSeconds start_s_;
};

}  // namespace joulecast::measure
