// A power trace on a regular grid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::step {

/// Mean power in equal bins. A bin that lies in a gap of the recording holds NaN.
struct Grid {
  double start_s = 0.0;
  double bin_s = 0.0;
  std::vector<double> power_w;

  double time_s(double bin) const { return start_s + bin * bin_s; }
};

/// The trace in bins of its median sampling interval, or wider ones if there would be more than
/// `most_bins`. Times strictly increase; at least two samples.
Grid to_grid(std::span<const double> time_s, std::span<const double> power_w,
             std::size_t most_bins);

/// The series in bins of `width` >= 1 of its own bins, by linear interpolation of its running sum;
/// what remains at the end is dropped. No NaN.
std::vector<double> widen(std::span<const double> series, double width);

}  // namespace joulecast::step
