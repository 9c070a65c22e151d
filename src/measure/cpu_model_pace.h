// How often a model may look at the machine.
#pragma once

#include <ctime>

#include <algorithm>

#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// Processor time of this thread, in seconds.
inline double thread_cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  constexpr double kNano = 1e-9;
  return static_cast<double>(time.tv_sec) + kNano * static_cast<double>(time.tv_nsec);
}

/// Spaces out something whose cost depends on the machine (/proc/stat of 256 processors, a tree of
/// 100 processes) so that it takes at most a hundredth of a second of processor time a minute.
class Pace {
 public:
  Pace(Seconds at_least, Seconds at_most) : at_least_(at_least), at_most_(at_most) {}

  bool due(MonotonicSeconds now_s) const { return now_s >= next_s_; }
  void set_at_least(Seconds at_least) { at_least_ = at_least; }
  void was_done(MonotonicSeconds now_s, double cost_s) {
    constexpr double kShare = 0.01 / 60.0;
    next_s_ = now_s + std::clamp(cost_s / kShare, at_least_.value(), at_most_.value());
  }

 private:
  Seconds at_least_, at_most_;
  MonotonicSeconds next_s_ = -1.0;
};

}  // namespace joulecast::measure
