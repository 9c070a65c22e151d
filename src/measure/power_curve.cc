#include "power_curve.h"

#include <algorithm>
#include <cmath>

namespace joulecast::measure {
namespace {

// Readings that fail, or polls that do not come: power is taken as straight over so many periods.
constexpr double kPatientPeriods = 5.0, kPatienceS = 0.6;
// Until it is learnt how often it moves, where nobody says.
constexpr double kUsualPeriodS = 0.1;
// An old value that held for less than this part of a period longer than a period: no hold, but
// moves that are known so well only.
constexpr double kShortHold = 0.1;
// Both edges of a stretch may err to their bound at once, while their errors are added in squares.
const double kBothEdges = std::sqrt(2.0);

}  // namespace

PowerCurve::PowerCurve(const Channel& channel, std::vector<MeterNote>& notes)
    : ChannelCurve(channel, notes),
      shift_s_(channel.delay.value() + 0.5 * channel.window.value()) {}

double PowerCurve::patience_s() const {
  return std::max({kPatienceS, kPatientPeriods * period_s(), channel_.window.value()});
}

double PowerCurve::period_s() const {
  const double likely_s = clock_.likely_period_s();
  return likely_s > 0.0 || clock_.quick() ? likely_s : kUsualPeriodS;
}

void PowerCurve::update(const Reading& reading, MonotonicSeconds now_s,
                        std::optional<double> /*other_w*/) {
  Reading checked = reading;
  if (checked.fault == Fault::kNone && checked.value > implausible_w()) {
    checked.fault = Fault::kUnreadable;
  }
  if (checked.fault == Fault::kNone && checked.value >= 0.0) {
    saw(checked.value);
  }
  if (!curve_.started()) {
    curve_.start(now_s - shift_s_, checked.fault == Fault::kNone ? hidden_j(checked.value) : 0.0);
    sample_s_ = now_s;
  }
  if (readable(checked, now_s, patience_s())) {
    value(checked.value, std::max(checked.time_s, sample_s_));
  } else if (down()) {
    hole_until(now_s);
  }
}

void PowerCurve::value(double power_w, MonotonicSeconds time_s) {
  if (!has_value_ || time_s - read_s_ > patience_s()) {
    has_value_ = true;
    hole_until(time_s);
    sample_w_ = power_w;
  } else if (power_w == power_w_) {
    clock_.stayed();
    // What is in force now was sampled at most a period ago.
    hold_until(time_s - period_s());
  } else {
    moved(power_w, time_s);
  }
  power_w_ = power_w;
  read_s_ = time_s;
}

void PowerCurve::moved(double power_w, MonotonicSeconds time_s) {
  const auto move = clock_.moved(read_s_, time_s);
  const double moved_s = move ? move->time_s : time_s;
  const double period_s = this->period_s();
  // The old value was sampled for the last time one period before the new one.
  if (!clock_.quick()) {
    const double last_same_s = std::min(moved_s - period_s, read_s_);
    if (last_same_s - sample_s_ > kShortHold * period_s) {
      hold_until(last_same_s);
    }
  }
  piece_until(moved_s, power_w, move ? move->half_width_s : 0.5 * period_s);
}

void PowerCurve::hold_until(MonotonicSeconds sample_s) {
  if (sample_s > sample_s_) {
    piece_until(sample_s, sample_w_, 0.0);
  }
}

// Wherever inside its window the power was, the mean is the same. The curve is furthest from the
// truth if all that exceeds the idle power came next to the moment asked for: then by this much.
double PowerCurve::hidden_j(double power_w) const {
  const double above_w = std::max(0.0, most_w() - power_w);
  const double below_w = std::max(0.0, power_w - least_w());
  const double swing_w = std::max(most_w() - least_w(), 1.0);
  return 0.5 * channel_.window.value() * above_w * below_w / swing_w * kBothEdges;
}

void PowerCurve::piece_until(MonotonicSeconds sample_s, double power_w, double timing_s) {
  const double length_s = sample_s - sample_s_;
  if (!(length_s > 0.0)) {
    return;
  }
  const double rise_w = power_w - sample_w_;
  const double mean_w = 0.5 * (power_w + sample_w_);
  const double window_s = channel_.window.value();
  const bool average = window_s > length_s;
  // A switch anywhere between two samples: uniform, so a twelfth. Rises and falls in turn mean
  // that power moves quicker than it is sampled: then samples are as good as independent.
  const double turning_w2 = std::max(0.0, -last_rise_w_ * rise_w);
  const double seen = average ? length_s / window_s : 1.0;
  const double spread_s = seen * (length_s + 2.0 * timing_s);
  const double variance_j2 = spread_s * spread_s * (rise_w * rise_w / 12.0 + turning_w2);
  curve_.add({.end_s = sample_s - shift_s_,
              .energy_j = mean_w * length_s,
              .covered = true,
              .low_w = average ? mean_w : std::min(power_w, sample_w_),
              .high_w = average ? mean_w : std::max(power_w, sample_w_),
              .rise_w = rise_w,
              .end_error_j = hidden_j(power_w),
              .variance_j2 = variance_j2});
  sample_s_ = sample_s;
  sample_w_ = power_w;
  last_rise_w_ = rise_w;
}

void PowerCurve::hole_until(MonotonicSeconds sample_s) {
  curve_.add_hole(sample_s - shift_s_, has_value_ ? hidden_j(sample_w_) : 0.0);
  sample_s_ = std::max(sample_s_, sample_s);
  last_rise_w_ = 0.0;
}

std::optional<double> PowerCurve::power_now_w() const {
  if (!has_value_ || down()) {
    return std::nullopt;
  }
  return power_w_;
}

// The last value stands for its window's middle; from there to the end it is all that is known.
void PowerCurve::close(MonotonicSeconds end_s) {
  if (!curve_.started()) {
    curve_.start(end_s - shift_s_, 0.0);
    sample_s_ = end_s;
  }
  const auto power_w = power_now_w();
  if (power_w && end_s - read_s_ <= patience_s()) {
    hold_until(read_s_);
    const double held_s = end_s - curve_.end_s();
    const double unsure_w = 0.5 * std::max(most_w() - *power_w, *power_w - least_w());
    curve_.add({.end_s = end_s,
                .energy_j = *power_w * held_s,
                .covered = true,
                .low_w = *power_w,
                .high_w = *power_w,
                .rise_w = 0.0,
                .end_error_j = hidden_j(*power_w) + held_s * unsure_w,
                .variance_j2 = 0.0});
  }
  shift_s_ = 0.0;
  hole_until(end_s);
}

}  // namespace joulecast::measure
