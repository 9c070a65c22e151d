// The marks of a recording that is replayed.
#pragma once

#include <cstddef>
#include <vector>

#include "joulecast/live/engine.h"
#include "joulecast/measure/replay.h"

namespace joulecast::live {

/// Plays the marks of a recording when their time has come.
class ReplayedMarks {
 public:
  explicit ReplayedMarks(const measure::Replay& replay);

  /// Tells the engine of every epoch that has ended until now.
  void play(measure::MonotonicSeconds now_s, Engine& engine);

  bool over(measure::MonotonicSeconds now_s) const { return now_s >= end_s_; }
  measure::MonotonicSeconds end_s() const { return end_s_; }

 private:
  void say(Engine& engine, Mark::Kind kind, const Epoch& epoch, double at_s) const;

  std::vector<Epoch> epochs_;
  measure::MonotonicSeconds zero_s_ = 0.0, end_s_ = 0.0;
  std::size_t next_ = 0;
};

}  // namespace joulecast::live
