// Units that took much longer than their neighbours, alone: checkpoints, restarts. Are they
// periodic, how many are to come, what do they cost?
#pragma once

#include <array>
#include <cstdint>

#include "step/projection_unit.h"

namespace joulecast::step {

class PeriodicEvents {
 public:
  /// A number of events to come, and how sure it is.
  struct Expected {
    double count = 0.0, sd = 0.0;
  };
  /// By how much a unit with an event exceeds one without, relative: the mean over the events, and
  /// the variance of one event's.
  struct Cost {
    double excess = 0.0, variance = 0.0;
  };

  /// An event at the unit of that ordinal, which counts from 1; ordinals increase.
  void add(std::int64_t ordinal, const std::array<double, kQuantities>& excess);

  std::int64_t count() const { return count_; }
  /// Within `to_come` units after the `seen` units so far.
  Expected expected(double seen, double to_come) const;
  /// Of at least one event.
  Cost cost(std::size_t quantity) const;

  /// The same where the period was declared.
  static Expected declared(double every, double seen, double to_come);

 private:
  std::int64_t count_ = 0, first_ = 0, last_ = 0;
  double deviation_ = 0.0;  // Largest of a gap from the period, relative.
  std::array<double, kQuantities> sum_{}, squares_{};
};

}  // namespace joulecast::step
