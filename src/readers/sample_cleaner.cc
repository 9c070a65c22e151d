#include "readers/sample_cleaner.h"

#include <algorithm>

namespace joulecast::readers {
namespace {

constexpr double kGapIntervals = 3.0;

double median(std::array<double, 31> values, std::size_t count) {
  const auto begin = values.begin();
  const auto middle = begin + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(begin, middle, begin + static_cast<std::ptrdiff_t>(count));
  return *middle;
}

}  // namespace

double greatest_power_w(const Device& device) {
  constexpr double kGpu = 5e3, kNode = 1e6, kOther = 1e5;
  switch (device.kind) {
    case DeviceKind::kGpu:
      return device.power_limit ? std::min(kGpu, 3.0 * device.power_limit->value()) : kGpu;
    case DeviceKind::kNode:
      return kNode;
    case DeviceKind::kCpu:
    case DeviceKind::kRam:
    case DeviceKind::kUnknown:
      break;
  }
  return kOther;
}

double IntervalWatch::typical() const {
  const std::size_t known = full_once_ ? block_.size() : filled_;
  return known == 0 ? 0.0 : median(block_, known);
}

void IntervalWatch::judge_block() {
  full_once_ = true;
  judge(median(block_, block_.size()));
  filled_ = 0;
}

void IntervalWatch::judge(double typical_s) {
  for (std::size_t i = 0; i < filled_; ++i) {
    if (block_[i] <= kGapIntervals * typical_s) continue;
    ++gaps_;
    gap_s_ += block_[i];
    longest_gap_s_ = std::max(longest_gap_s_, block_[i]);
  }
}

void IntervalWatch::finish() { judge(typical()); }

SampleStream::SampleStream(RunSink& sink, ReadReport& report, std::size_t first_device,
                           const std::vector<Device>& devices)
    : sink_(sink),
      report_(report),
      first_device_(first_device),
      series_(devices.size()),
      waiting_power_w_(devices.size()) {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    series_[i].greatest_w = greatest_power_w(devices[i]);
  }
}

const char* SampleStream::fault(std::size_t device, double power_w) const {
  if (!std::isfinite(power_w)) return "the power is not a finite number";
  if (power_w < 0.0) return "the power is negative";
  if (power_w > series_[device].greatest_w) return "the power is beyond what the device can draw";
  return nullptr;
}

void SampleStream::hand_on(double time_s, const double* power_w) {
  const double at_s = time_s + offset_s_;
  if (!(at_s > last_s_)) {  // the shift has swallowed a tiny step
    ++report_.duplicates;
    return;
  }
  last_raw_s_ = time_s;
  last_s_ = at_s;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    if (std::isnan(power_w[i])) continue;
    Series& series = series_[i];
    if (series.begun) series.intervals.add(at_s - series.last_s);
    series.begun = true;
    series.last_s = at_s;
    ++report_.samples;
    sink_.sample(first_device_ + i, at_s, power_w[i]);
  }
}

double SampleStream::typical_interval(double otherwise) const {
  for (const Series& series : series_) {
    if (const double typical = series.intervals.typical(); typical > 0.0) return typical;
  }
  return otherwise;
}

void SampleStream::add_from_past(double time_s, const double* power_w) {
  if (time_s == last_raw_s_ || (waiting_ && time_s == waiting_raw_s_)) {
    ++report_.duplicates;
    return;
  }
  if (waiting_) {
    waiting_ = false;
    if (time_s > waiting_raw_s_ && time_s < last_raw_s_) {
      ++jumps_;
      const double goes_on_s = last_s_ + typical_interval(time_s - waiting_raw_s_);
      offset_s_ = goes_on_s - waiting_raw_s_;
      hand_on(waiting_raw_s_, waiting_power_w_.data());
      hand_on(time_s, power_w);
      return;
    }
    ++report_.out_of_order;
  }
  if (time_s > last_raw_s_) {
    hand_on(time_s, power_w);
    return;
  }
  waiting_ = true;
  waiting_raw_s_ = time_s;
  std::copy_n(power_w, series_.size(), waiting_power_w_.begin());
}

void SampleStream::finish() {
  if (waiting_) ++report_.out_of_order;
  waiting_ = false;
  report_.clock_jumps = std::max(report_.clock_jumps, jumps_);
  for (Series& series : series_) {
    series.intervals.finish();
    if (series.intervals.gap_s() <= report_.gap_s) continue;
    report_.gaps = series.intervals.gaps();
    report_.gap_s = series.intervals.gap_s();
    report_.longest_gap_s = series.intervals.longest_gap_s();
  }
}

}  // namespace joulecast::readers
