// Rows of power on a fixed grid, cut from a meter's settled curves.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "joulecast/measure/meter.h"
#include "joulecast/measure/sampler.h"

namespace joulecast::measure {

/// One thread cuts, another takes. Allocates nothing after construction.
class SamplerRows {
 public:
  SamplerRows(const Meter& meter, Seconds interval);

  /// The first row begins here. Before cut().
  void begin(MonotonicSeconds time_s);
  /// Every row that the meter's curves are settled for. Returns how many unread rows were lost.
  std::size_t cut();

  /// The oldest row, copied to where only front() writes; the row stays until pop().
  bool front(SampleRow& row);
  void pop();
  std::size_t dropped() const;

 private:
  void cut_row();

  const Meter& meter_;
  const std::size_t devices_;
  const double interval_s_;
  // Of the cutting thread.
  MonotonicSeconds begin_s_ = 0.0;
  std::size_t cut_ = 0;
  std::vector<std::optional<EnergyPoint>> edges_;  // where the last row ended
  std::vector<float> row_;

  mutable std::mutex mutex_;
  std::size_t capacity_;
  std::vector<float> power_w_;                     // capacity_ rows
  std::size_t first_ = 0, end_ = 0, dropped_ = 0;  // row numbers
  // Of the taking thread.
  std::vector<float> taken_w_;
  std::size_t taken_ = 0;
};

}  // namespace joulecast::measure
