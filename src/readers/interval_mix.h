// Notices that rows of several devices, which nothing tells apart, are mixed in one series.
#pragma once

#include <array>
#include <cstddef>

namespace joulecast::readers {

/// Looks at the first intervals of a series. Several devices asked one after the other every
/// second leave intervals of (nearly) zero and of a second, in turn.
class IntervalMix {
 public:
  void add(double time_s);
  /// Whether so many of the intervals are nearly zero that this is no single device.
  bool is_mixed() const;
  /// Whether enough was seen for a verdict before the end.
  bool full() const { return count_ == intervals_s_.size(); }

 private:
  std::array<double, 64> intervals_s_{};
  std::size_t count_ = 0;
  double last_s_ = 0.0;
  bool begun_ = false;
};

}  // namespace joulecast::readers
