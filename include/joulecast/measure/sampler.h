// The thread that polls a meter.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "joulecast/measure/clock.h"
#include "joulecast/measure/meter.h"

namespace joulecast::measure {

/// One row of the recorded trace: every device's mean power over one sampling interval.
struct SampleRow {
  MonotonicSeconds time_s = 0.0;   ///< Middle of the interval.
  std::span<const float> power_w;  ///< One per device; NaN where nothing vouches for the interval.
};

struct SamplerOptions {
  Seconds interval{0.1};  ///< Of the rows; sensors that move faster or slower are polled to fit.
};

/// Polls in a thread of its own, by the given clock, without allocating. Rows are cut from the
/// meter's curves (their sum is the energy) once these are settled, and wait in a ring of two
/// minutes to be taken; where nobody takes them the oldest are dropped and a note says how many.
/// Notes also tell of a wall clock that was set, of a machine that slept and of a process that was
/// stopped. Other threads may call everything at any time.
class Sampler {
 public:
  Sampler(Meter& meter, const Clock& clock, const SamplerOptions& options);
  ~Sampler();  ///< stop()
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void start();
  /// Polls once more, closes the meter at that moment, and ends the thread. Takes at most the time
  /// of a poll: never waits for a sensor to move.
  void stop();

  /// Hands over the rows that are ready, oldest first; a row's span is valid during the call only.
  template <typename Take>
  void take_rows(Take take) {
    SampleRow row;
    while (front(row)) {
      take(row);
      pop();
    }
  }

  /// Rows lost because nobody took them.
  std::size_t dropped() const;
  /// What happened to the clock and to the sampling, since the last call.
  std::vector<MeterNote> take_notes();

 private:
  bool front(SampleRow& row);
  void pop();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::measure
