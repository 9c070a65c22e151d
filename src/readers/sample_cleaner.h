// The rules for samples, the same for every format (docs/formats.md states them for users).
//
//  - NaN, negative or impossible watts make a bad row: more than 5 kW or three times its power
//    limit for a GPU, 1 MW for a node, 100 kW for anything else.
//  - A row with the time of the row before it is a duplicate; the first one counts.
//  - A row from the past: if the row after it goes on from there (later than it, but still before
//    the last good row), the clock was set back, and times are shifted so that the series goes on
//    one typical interval after the last good row. Otherwise the one row is dropped.
//  - An interval of more than three typical intervals is a gap. It is kept and counted; what is
//    integrated across it is interpolated. "Typical" is the median of 31 intervals.
//
// Memory per device is constant, and so is the time per row.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "joulecast/readers/reader.h"
#include "joulecast/run/run.h"
#include "joulecast/run/run_sink.h"

namespace joulecast::readers {

/// Times beyond this many seconds (30 000 years) are damage, not times.
inline constexpr double kLatestTimeS = 1e12;

/// The greatest power that a device can be believed to draw.
double greatest_power_w(const Device& device);

/// Watches the intervals of one device's samples.
class IntervalWatch {
 public:
  void add(double interval_s) {
    block_[filled_] = interval_s;
    if (++filled_ == block_.size()) judge_block();
  }
  /// The median of the last intervals; 0 before the first one.
  double typical() const;
  /// Judges what is left. Call once.
  void finish();

  std::uint64_t gaps() const { return gaps_; }
  double gap_s() const { return gap_s_; }
  double longest_gap_s() const { return longest_gap_s_; }

 private:
  void judge_block();
  void judge(double typical_s);

  std::array<double, 31> block_{};  // intervals not judged yet come first
  std::size_t filled_ = 0;
  bool full_once_ = false;
  std::uint64_t gaps_ = 0;
  double gap_s_ = 0.0;
  double longest_gap_s_ = 0.0;
};

/// Rows of one clock: each has one time and up to one power for each of the stream's devices.
/// Hands good samples on to the sink, in the order of the devices within a row.
class SampleStream {
 public:
  /// `first_device` is the sink's index of the first of `devices`; the others follow it. The sink
  /// and the report must outlive the stream.
  SampleStream(RunSink& sink, ReadReport& report, std::size_t first_device,
               const std::vector<Device>& devices);

  std::size_t width() const { return series_.size(); }

  /// Why a power cannot be true, or nullptr where it can.
  const char* fault(std::size_t device, double power_w) const;

  /// From now on this much is taken off every time: the time of the run's zero.
  void set_zero(double zero_s) { offset_s_ = -zero_s; }

  /// The next row: a finite time and width() powers that have no fault(), NaN where a device has
  /// no sample in this row.
  void add(double time_s, const double* power_w) {
    if (time_s > last_raw_s_ && !waiting_) [[likely]] {
      hand_on(time_s, power_w);
    } else {
      add_from_past(time_s, power_w);
    }
  }

  /// Call once, after the last row: adds what was found to the report. Devices of one recording
  /// share its gaps and clock jumps, so of these the worst device's count.
  void finish();

 private:
  struct Series {
    double greatest_w = 0.0;
    double last_s = 0.0;
    bool begun = false;
    IntervalWatch intervals;
  };

  void hand_on(double time_s, const double* power_w);
  void add_from_past(double time_s, const double* power_w);
  double typical_interval(double otherwise) const;

  RunSink& sink_;
  ReadReport& report_;
  std::size_t first_device_;
  std::vector<Series> series_;
  double offset_s_ = 0.0;
  double last_raw_s_ = -HUGE_VAL;  // the last good row's time as recorded
  double last_s_ = -HUGE_VAL;      // the same as handed on
  bool waiting_ = false;           // for the row that tells what a row from the past means
  double waiting_raw_s_ = 0.0;
  std::vector<double> waiting_power_w_;
  std::uint64_t jumps_ = 0;
};

}  // namespace joulecast::readers
