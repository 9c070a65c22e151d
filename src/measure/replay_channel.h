// One device of a recording, read as its sensor would be, with what goes wrong with it.
#pragma once

#include <vector>

#include "joulecast/measure/replay.h"
#include "measure/replay_trace.h"

namespace joulecast::measure {

/// Times are seconds of the recording and only go forward.
class ReplayChannel {
 public:
  /// The faults that befall this device, in any order; a wrap goes with no second one and no
  /// reset. `counter`: an energy counter that moves
  /// every kCounterPeriodS, instead of power.
  ReplayChannel(TraceCursor trace, std::vector<InjectedFault> faults, bool counter);

  static constexpr double kCounterPeriodS = 0.1;
  /// The range of a counter that wraps: that of most RAPL packages (2^32 steps of 61 uJ).
  static constexpr double kWrapJ = 262143.328850;

  /// Reading::time_s is left to the caller.
  Reading read(double time_s);

 private:
  struct Reset {
    double at_s;
    double energy_j;  ///< What the counter stood at, and counts from.
  };

  Fault fault_at(double time_s) const;
  double counter_moment(double time_s) const;
  double counter_at(double moment_s);

  TraceCursor trace_;
  std::vector<InjectedFault> faults_;
  bool counter_;
  std::vector<Reset> resets_;  ///< In order of time.
  bool wraps_ = false;
  double wrap_offset_j_ = 0.0;  ///< Brings the counter to its range at the moment of the fault.
};

}  // namespace joulecast::measure
