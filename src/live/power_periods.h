// The trace's own epochs: for trainings that mark nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "joulecast/run/run.h"
#include "joulecast/step/period.h"

namespace joulecast::live {

/// Keeps the run's cumulative energy at no more than 2^14 moments however long it is, and the
/// period of its power. Not thread-safe.
class PowerPeriods {
 public:
  explicit PowerPeriods(double interval_s);

  /// The mean power of all devices over the interval around `time_s`.
  void add(double time_s, double power_w);

  /// The period of the present phase, if the power repeats itself.
  std::optional<step::Period> period();
  /// The epochs that the power's cuts make, with energies; empty where it does not repeat itself.
  std::vector<Epoch> epochs();

 private:
  struct Point {
    double time_s;
    double energy_j;
  };
  double energy_at(double time_s) const;

  step::PeriodTracker tracker_;
  std::vector<Point> curve_;
  std::size_t stride_ = 1;  // samples per kept point
  std::size_t since_kept_ = 0;
  Point last_{0.0, 0.0};
};

}  // namespace joulecast::live
