#include "meter_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "meter_channel.h"

namespace joulecast::measure {
namespace {

constexpr double kStepS = 1.0;
constexpr double kKnownFromS = 3.0, kAlarmFromS = 5.0;
constexpr double kMostDifference = 0.05;
constexpr double kTouchingS = 1e-6;

double squared_sigmas(double half_width_j) {
  return half_width_j * half_width_j / (kSigmas * kSigmas);
}

}  // namespace

void CrossCheck::add_errors(const Mark& mark) {
  variance_j2_ += squared_sigmas(mark.counter.error_j) + squared_sigmas(mark.power.error_j);
}

void CrossCheck::update(const EnergyCurve& counter, const EnergyCurve& power) {
  if (!counter.started() || !power.started()) {
    return;
  }
  const double time_s = std::min(counter.end_s(), power.end_s());
  const double first_s = std::max(counter.start_s(), power.start_s());
  const double from_s = last_ ? last_->time_s : first_s;
  if (time_s < from_s + (last_ ? kStepS : 0.0)) {
    return;
  }
  const auto counter_point = counter.at(time_s);
  const auto power_point = power.at(time_s);
  if (!counter_point || !power_point) {
    return;
  }
  const Mark mark{time_s, *counter_point, *power_point};
  if (last_) {
    const double holes_s = mark.counter.uncovered_s - last_->counter.uncovered_s +
                           mark.power.uncovered_s - last_->power.uncovered_s;
    if (holes_s > kTouchingS) {
      if (!broken_) {
        add_errors(*last_);
      }
      broken_ = true;
    } else {
      if (broken_) {
        add_errors(*last_);
      }
      broken_ = false;
      seconds_ += mark.time_s - last_->time_s;
      counter_j_ += mark.counter.energy_j - last_->counter.energy_j;
      power_j_ += mark.power.energy_j - last_->power.energy_j;
      variance_j2_ += mark.power.variance_j2 - last_->power.variance_j2;
    }
  }
  last_ = mark;
}

std::optional<double> CrossCheck::ratio() const {
  if (seconds_ < kKnownFromS || counter_j_ <= 0.0) {
    return std::nullopt;
  }
  return power_j_ / counter_j_;
}

double CrossCheck::error_j() const {
  double variance_j2 = variance_j2_;
  if (last_ && !broken_) {
    variance_j2 += squared_sigmas(last_->counter.error_j) + squared_sigmas(last_->power.error_j);
  }
  return kSigmas * std::sqrt(variance_j2);
}

std::optional<std::string> CrossCheck::alarm() {
  const auto by = ratio();
  if (alarmed_ || !by || seconds_ < kAlarmFromS) {
    return std::nullopt;
  }
  const double difference_j = std::abs(power_j_ - counter_j_);
  if (difference_j - error_j() <= kMostDifference * counter_j_) {
    return std::nullopt;
  }
  alarmed_ = true;
  return fmt::format(
      "energy counter and integrated power disagree by {:+.0f} % over {:.0f} s ({:.0f} J against "
      "{:.0f} J); the counter is used",
      100.0 * (*by - 1.0), seconds_, counter_j_, power_j_);
}

}  // namespace joulecast::measure
