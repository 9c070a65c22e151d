#include "measure/replay_channel.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::measure {
namespace {

using Kind = InjectedFault::Kind;

bool under_way(const InjectedFault& fault, double time_s) {
  return time_s >= fault.at_s &&
         (fault.duration_s == 0.0 || time_s < fault.at_s + fault.duration_s);
}

/// The last moment at which the counter moved.
double last_move(double time_s) {
  // A poll exactly at a move sees it, whatever the last bit of its time is.
  constexpr double kRounding = 1e-6;
  return std::floor(time_s / ReplayChannel::kCounterPeriodS + kRounding) *
         ReplayChannel::kCounterPeriodS;
}

}  // namespace

ReplayChannel::ReplayChannel(TraceCursor trace, std::vector<InjectedFault> faults, bool counter)
    : trace_(std::move(trace)), faults_(std::move(faults)), counter_(counter) {
  std::sort(faults_.begin(), faults_.end(),
            [](const InjectedFault& a, const InjectedFault& b) { return a.at_s < b.at_s; });
  TraceCursor ahead = trace_;
  for (const InjectedFault& fault : faults_) {
    const double energy_j = ahead.energy_until(fault.at_s);
    if (fault.kind == Kind::kCounterReset) {
      resets_.push_back({.at_s = fault.at_s, .energy_j = energy_j});
    } else if (fault.kind == Kind::kCounterWrap) {
      wraps_ = true;
      wrap_offset_j_ = kWrapJ - std::fmod(energy_j, kWrapJ);
    }
  }
}

Fault ReplayChannel::fault_at(double time_s) const {
  if (time_s > trace_.last_s()) return Fault::kLost;
  for (const InjectedFault& fault : faults_) {
    if (!under_way(fault, time_s)) continue;
    if (fault.kind == Kind::kGpuLost) return Fault::kLost;
    if (fault.kind == Kind::kPermissionLost) return Fault::kForbidden;
    if (fault.kind == Kind::kUnreadable) return Fault::kUnreadable;
  }
  return Fault::kNone;
}

double ReplayChannel::counter_moment(double time_s) const {
  const auto stuck = std::find_if(faults_.begin(), faults_.end(), [&](const InjectedFault& fault) {
    return fault.kind == Kind::kCounterStuck && under_way(fault, time_s);
  });
  return last_move(stuck == faults_.end() ? time_s : stuck->at_s);
}

double ReplayChannel::counter_at(double moment_s) {
  double energy_j = trace_.energy_until(moment_s);
  const auto later = std::find_if(resets_.begin(), resets_.end(),
                                  [&](const Reset& reset) { return reset.at_s > moment_s; });
  if (later != resets_.begin()) energy_j -= std::prev(later)->energy_j;
  return wraps_ ? std::fmod(energy_j + wrap_offset_j_, kWrapJ) : energy_j;
}

Reading ReplayChannel::read(double time_s) {
  Reading reading;
  reading.fault = fault_at(time_s);
  if (reading.fault != Fault::kNone) return reading;
  reading.value = counter_ ? counter_at(counter_moment(time_s)) : trace_.power_at(time_s);
  return reading;
}

}  // namespace joulecast::measure
