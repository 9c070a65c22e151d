#include "measure/replay_trace.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace joulecast::measure {

TraceCursor::TraceCursor(std::vector<double> time_s, std::vector<double> power_w)
    : time_s_(std::move(time_s)),
      power_w_(std::move(power_w)),
      moment_s_(-std::numeric_limits<double>::infinity()) {
  assert(!time_s_.empty() && time_s_.size() == power_w_.size());
}

void TraceCursor::walk_to(double time_s) {
  moment_s_ = std::max(moment_s_, time_s);
  for (; next_ < time_s_.size() && time_s_[next_] <= moment_s_; ++next_) {
    if (next_ == 0) {
      knot_energy_j_ = power_w_[0] * std::max(0.0, time_s_[0]);
      continue;
    }
    knot_energy_j_ +=
        (power_w_[next_ - 1] + power_w_[next_]) / 2.0 * (time_s_[next_] - time_s_[next_ - 1]);
  }
}

double TraceCursor::power_at(double time_s) {
  walk_to(time_s);
  if (next_ == 0) return power_w_.front();
  if (next_ == time_s_.size()) return power_w_.back();
  const double part = (moment_s_ - time_s_[next_ - 1]) / (time_s_[next_] - time_s_[next_ - 1]);
  return power_w_[next_ - 1] + part * (power_w_[next_] - power_w_[next_ - 1]);
}

double TraceCursor::energy_until(double time_s) {
  const double power_w = power_at(time_s);
  if (next_ == 0) return power_w * moment_s_;
  if (next_ == time_s_.size()) return knot_energy_j_;
  return knot_energy_j_ + (power_w_[next_ - 1] + power_w) / 2.0 * (moment_s_ - time_s_[next_ - 1]);
}

double TraceCursor::typical_interval_s() const {
  if (time_s_.size() < 2) return 0.0;
  std::vector<double> intervals_s(time_s_.size() - 1);
  for (std::size_t i = 0; i + 1 < time_s_.size(); ++i) {
    intervals_s[i] = time_s_[i + 1] - time_s_[i];
  }
  const auto middle = intervals_s.begin() + static_cast<std::ptrdiff_t>(intervals_s.size() / 2);
  std::nth_element(intervals_s.begin(), middle, intervals_s.end());
  return *middle;
}

}  // namespace joulecast::measure
