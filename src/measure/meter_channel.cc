#include "meter_channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::measure {
namespace {

constexpr double kRememberedS = 75.0;
constexpr double kLeastPollS = 0.02;
// Sensors that move at every poll; irregular, so as to keep step with nothing.
constexpr double kQuickPollS = 0.0472, kDither = 0.5;
constexpr double kUsualPeriodS = 0.1;
// Polled quickly for this many polls to find the rhythm.
constexpr int kLearningPolls = 200;
// The golden section: polls so far apart fill a period as evenly as any.
constexpr double kGolden = 0.618034;
// The same for one poll and a bit in a period: each wake-up costs more than what it does.
constexpr double kInPart = 0.5 * kGolden;
// A counter misses nothing by a later look, which power does.
constexpr double kCounterInPart = kInPart * kGolden * kGolden;
// An idle device draws about this part of its limit, seldom less.
constexpr double kIdlePart = 0.1;
// Without a limit: this many times what was seen.
constexpr double kHeadroom = 2.0;

// Room for 75 s of knots; a sensor's updates and the polls in a hole are no closer than this.
std::size_t knots_for(const Channel& channel) {
  const double period_s = channel.update_period.value();
  const double apart_s = period_s > 0.0 ? std::clamp(period_s, kLeastPollS, kQuickPollS)
                                        : kUsualPeriodS / (2.0 + kGolden);
  return static_cast<std::size_t>(kRememberedS / apart_s);
}

}  // namespace

ChannelCurve::ChannelCurve(const Channel& channel, std::vector<MeterNote>& notes)
    : channel_(channel),
      curve_(knots_for(channel)),
      clock_(channel.update_period.value(), channel.quantity == Channel::Quantity::kEnergy),
      notes_(channel.device.id, notes),
      subject_(channel.quantity == Channel::Quantity::kEnergy ? "energy counter" : "power") {}

double ChannelCurve::poll_in_s(double at_most_s) const {
  const Origin origin = channel_.device.origin;
  if (origin == Origin::kModelled || origin == Origin::kAssumed || down_) {
    return at_most_s;
  }
  double poll_s = at_most_s;
  if (clock_.locked()) {
    const double period_s = *clock_.period_s();
    const bool counter = channel_.quantity == Channel::Quantity::kEnergy;
    const double part = counter ? kCounterInPart : kInPart;
    const double whole = std::max(1.0, std::ceil(period_s / at_most_s - part));
    poll_s = period_s / (whole + part);
  } else if (clock_.quick()) {
    const double dither = std::fmod(polls_ * kGolden, 1.0) - 0.5;
    poll_s = kQuickPollS * (1.0 + dither * kDither);
  } else if (polls_unlocked_ < kLearningPolls) {
    poll_s = kLeastPollS;
  } else {
    const double likely_s = clock_.likely_period_s();
    poll_s = (likely_s > 0.0 ? likely_s : kUsualPeriodS) / (2.0 + kGolden);
  }
  return std::clamp(poll_s, kLeastPollS, std::max(at_most_s, kLeastPollS));
}

bool ChannelCurve::in_step() const {
  return !down_ && polls_ >= kLearningPolls && (clock_.locked() || clock_.quick());
}

void ChannelCurve::note(MeterNotes::Kind kind, MonotonicSeconds time_s, const std::string& text) {
  notes_.add(kind, time_s, fmt::format("{}: {}", subject_, text));
}

double ChannelCurve::implausible_w() const {
  const auto& limit = channel_.device.power_limit;
  return limit && limit->value() > 0.0 ? kLimitFactor * limit->value() : kMostPowerW;
}

void ChannelCurve::saw(double power_w) {
  const auto& limit = channel_.device.power_limit;
  if (most_w_ == 0.0) {
    most_w_ = limit ? limit->value() : 0.0;
    least_w_ = power_w;
  }
  most_w_ = std::max(most_w_, limit ? power_w : kHeadroom * power_w);
  least_w_ = std::min({least_w_, power_w, kIdlePart * most_w_});
}

bool ChannelCurve::readable(const Reading& reading, MonotonicSeconds now_s, double patience_s) {
  polls_ += 1.0;
  polls_unlocked_ = clock_.locked() ? 0 : std::min(polls_unlocked_ + 1, kLearningPolls);
  Fault fault = reading.fault;
  if (fault == Fault::kNone && (!std::isfinite(reading.value) || reading.value < 0.0)) {
    fault = Fault::kUnreadable;
  }
  if (fault == Fault::kNone) {
    if (down_) {
      note(MeterNotes::Kind::kReadable, now_s,
           fmt::format("can be read again after {:.1f} s", now_s - *failing_since_s_));
    }
    down_ = false;
    failing_since_s_.reset();
    fault_ = fault;
    return true;
  }
  if (!failing_since_s_) {
    failing_since_s_ = now_s;
  }
  const bool patient = fault == Fault::kUnreadable && now_s - *failing_since_s_ < patience_s;
  if (!patient && (!down_ || fault != fault_)) {
    note(MeterNotes::Kind::kFailing, now_s,
         fmt::format("{}; nothing is known from it until it can be read again",
                     fault == Fault::kLost ? "the device is lost" : to_string(fault)));
    down_ = true;
  }
  fault_ = fault;
  return false;
}

}  // namespace joulecast::measure
