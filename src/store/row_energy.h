// What the rows of a trace amount to, for each device.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "joulecast/base/units.h"

namespace joulecast::store {

/// Trapezoids between neighbouring rows. A row is the mean around its time: one that knows a
/// device's power vouches for half a step towards one that does not. Neighbours are no further
/// apart than 2.5 typical steps (the median of the first ones); what lies between others is not
/// energy and not covered. Memory: the first rows only. Not thread-safe.
class RowEnergy {
 public:
  struct Sum {
    Joules energy;
    Seconds covered;
  };

  explicit RowEnergy(std::size_t devices) : sums_(devices), last_w_(devices) {}

  /// The next row: a later time, a value for each device; not a number or below zero: not known.
  void add(double time_s, std::span<const float> power_w);
  /// One per device. Call once, after the last row.
  std::vector<Sum> finish();

 private:
  void learn_step();
  void integrate(double time_s, std::span<const float> power_w);

  std::vector<Sum> sums_;
  std::vector<float> last_w_;  ///< Of the row before.
  double last_s_ = 0.0;
  bool any_ = false;
  double longest_step_s_ = 0.0;  ///< Between neighbours; 0: not known yet.
  /// Rows that wait for the typical step to be known.
  std::vector<double> first_s_;
  std::vector<float> first_w_;
};

}  // namespace joulecast::store
