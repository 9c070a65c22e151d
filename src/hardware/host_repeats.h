// Timing something several times.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "joulecast/hardware/host.h"

namespace joulecast::hardware {

/// Seconds since any moment: that pass, and that all threads of this process computed.
struct Clocks {
  std::function<double()> wall_s, cpu_s;
};
Clocks system_clocks();

struct Repeats {
  int count = 0;        ///< >= 1
  double each_s = 0.0;  ///< How long each should take, > 0.
};

/// Does so many units of what is timed.
using Work = std::function<void(std::int64_t units)>;

struct Series {
  Measured seconds;        ///< Of one unit.
  double cpu_share = 0.0;  ///< Processor time got over that asked for: the median.
};

/// Runs the work often enough for each repeat to take as long as it should. One thread is timed by
/// its processor time, so that waiting for a busy CPU does not count; several by the time that
/// passes.
Series repeat(const Work& work, const Repeats& repeats, int threads, const Clocks& clocks);

/// Median and spread; at least one value, all > 0.
Measured measured_of(std::vector<double> values);
double median_of(std::vector<double> values);

/// One number per ticket 0 ... count - 1, each given to the next thread that is free. A single
/// thread is the caller's own. Throws std::system_error where the system has no thread to give.
void share_tickets(int threads, std::int64_t count,
                   const std::function<void(int thread, std::int64_t ticket)>& work);

}  // namespace joulecast::hardware
