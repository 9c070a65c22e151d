#include "sampler_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulecast::measure {
namespace {

constexpr double kKeptS = 120.0;
// A row is vouched for if at most this part of it is uncovered.
constexpr double kMostUncovered = 0.5;

float mean_power_w(const std::optional<EnergyPoint>& from, const std::optional<EnergyPoint>& to,
                   double interval_s) {
  if (!from || !to || (to->uncovered - from->uncovered).value() > kMostUncovered * interval_s) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  const double uncovered_s = (to->uncovered - from->uncovered).value();
  return static_cast<float>((to->energy - from->energy).value() / (interval_s - uncovered_s));
}

}  // namespace

SamplerRows::SamplerRows(const Meter& meter, Seconds interval)
    : meter_(meter),
      devices_(meter.devices().size()),
      interval_s_(interval.value()),
      edges_(devices_),
      row_(devices_),
      capacity_(static_cast<std::size_t>(std::ceil(kKeptS / interval.value()))),
      power_w_(capacity_ * devices_),
      taken_w_(devices_) {}

void SamplerRows::begin(MonotonicSeconds time_s) { begin_s_ = time_s; }

std::size_t SamplerRows::cut() {
  const double settled_s = meter_.settled_until();
  const std::size_t dropped_before = dropped();
  while (begin_s_ + static_cast<double>(cut_ + 1) * interval_s_ <= settled_s) {
    cut_row();
  }
  return dropped() - dropped_before;
}

void SamplerRows::cut_row() {
  if (cut_ == 0) {
    for (std::size_t i = 0; i < devices_; ++i) {
      edges_[i] = meter_.at(i, begin_s_);
    }
  }
  const double end_s = begin_s_ + static_cast<double>(cut_ + 1) * interval_s_;
  for (std::size_t i = 0; i < devices_; ++i) {
    const auto edge = meter_.at(i, end_s);
    row_[i] = mean_power_w(edges_[i], edge, interval_s_);
    edges_[i] = edge;
  }
  ++cut_;
  const std::scoped_lock lock(mutex_);
  std::copy(row_.begin(), row_.end(),
            power_w_.begin() + static_cast<std::ptrdiff_t>((end_ % capacity_) * devices_));
  ++end_;
  if (end_ - first_ > capacity_) {
    ++first_;
    ++dropped_;
  }
}

bool SamplerRows::front(SampleRow& row) {
  const std::scoped_lock lock(mutex_);
  if (first_ == end_) {
    return false;
  }
  taken_ = first_;
  const auto from = power_w_.begin() + static_cast<std::ptrdiff_t>((taken_ % capacity_) * devices_);
  std::copy_n(from, devices_, taken_w_.begin());
  row = {.time_s = begin_s_ + (static_cast<double>(taken_) + 0.5) * interval_s_,
         .power_w = taken_w_};
  return true;
}

void SamplerRows::pop() {
  const std::scoped_lock lock(mutex_);
  // It may have been dropped meanwhile.
  if (first_ == taken_) {
    ++first_;
  }
}

std::size_t SamplerRows::dropped() const {
  const std::scoped_lock lock(mutex_);
  return dropped_;
}

}  // namespace joulecast::measure
