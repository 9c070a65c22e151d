// A power trace of any length, small enough to draw.
#pragma once

#include <cstddef>
#include <vector>

#include "joulecast/run/run_sink.h"

namespace joulecast::report {

/// Mean power of all devices together over equal stretches of time. Takes a stream of samples of
/// unknown length: when the stretches run out, neighbours are merged and each is twice as long.
/// O(1) per sample, constant memory.
class PowerThumbnail : public RunSink {
 public:
  void device(const Device& device) override;
  void epoch(const Epoch&) override {}
  void sample(std::size_t device, double time_s, double power_w) override;

  struct Point {
    double time_s;  ///< Middle of the stretch.
    double power_w;
  };
  /// In order of time; stretches without a sample are left out.
  std::vector<Point> points() const;

 private:
  static constexpr std::size_t kBuckets = 1024;
  struct Bucket {
    double sum_w = 0.0;
    std::size_t samples = 0;
  };
  void widen();

  std::vector<std::vector<Bucket>> devices_;
  double start_s_ = 0.0;
  double width_s_ = 0.01;
  bool empty_ = true;
};

}  // namespace joulecast::report
