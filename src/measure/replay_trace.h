// A recorded power trace, walked once from its start to its end.
#pragma once

#include <cstddef>
#include <vector>

namespace joulecast::measure {

/// Power is linear between two samples and held before the first, as in run/integrate.h, so that
/// a replay gives the joules that reading the recording gives. Moments are asked for in order of
/// time, each in O(1) amortised; one from the past counts as the last one asked for.
class TraceCursor {
 public:
  /// At least one sample; times strictly increasing; of equal length.
  TraceCursor(std::vector<double> time_s, std::vector<double> power_w);

  double power_at(double time_s);
  /// Joules to a moment, from time zero of the recording or its first sample, whichever is earlier;
  /// none are added after the last sample.
  double energy_until(double time_s);
  double last_s() const { return time_s_.back(); }
  /// The median time between two samples; 0 with fewer than two.
  double typical_interval_s() const;

 private:
  void walk_to(double time_s);

  std::vector<double> time_s_, power_w_;
  std::size_t next_ = 0;        ///< The first sample after the moment.
  double moment_s_;             ///< The last one asked for.
  double knot_energy_j_ = 0.0;  ///< Until the sample before `next_`.
};

}  // namespace joulecast::measure
