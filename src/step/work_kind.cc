#include "step/work_kind.h"

#include <algorithm>
#include <cmath>

namespace joulecast::step {
namespace {

using C = ProjectionConstants;

// How far off the level a unit must be to stand out, log units.
double jump_threshold(const LevelSeries& series) {
  const double n = static_cast<double>(series.main_units());
  return std::max(C::kJump * (1.0 + C::kJumpEarly / n),
                  C::kJumpScales * std::sqrt(series.fits()[kEnergy].variance));
}

}  // namespace

void WorkKind::add(const ProjectionUnit& unit) {
  ++units_;
  last_transient_ = unit.transient;
  if (options_.detect && phase_.series.main_units() >= 2) {
    const LevelFits& fits = phase_.series.fits();
    const std::array<double, 2> off = {
        fits[kEnergy].residual(unit.log_rate[kEnergy], unit.transient),
        fits[kTime].residual(unit.log_rate[kTime], unit.transient)};
    const double threshold = jump_threshold(phase_.series);
    if (std::abs(off[kEnergy]) > threshold) {
      if (take_back(unit)) return;
      if (is_change(off[kEnergy], threshold)) {
        change_phase(unit);
        return;
      }
      settle_pending();
      pending_ = Pending{.unit = unit, .off = off, .ordinal = units_};
      return;
    }
    settle_pending();
  }
  put(unit);
  if (former_) {
    if (since_change_count_ == since_change_.size()) {
      former_.reset();
    } else {
      since_change_[since_change_count_++] = unit;
    }
  }
}

void WorkKind::begin_phase() {
  phase_ = {};
  phase_.began = units_ + 1;
  pending_.reset();
  former_.reset();
  ++number_;
}

bool WorkKind::only_this_series() const {
  const auto units = static_cast<std::int64_t>(phase_.series.main_units());
  return units == units_ - phase_.events.count() - 1;
}

PeriodicEvents::Expected WorkKind::events_to_come(double units) const {
  const double seen = static_cast<double>(units_);
  return options_.events_every ? PeriodicEvents::declared(*options_.events_every, seen, units)
                               : phase_.events.expected(seen, units);
}

void WorkKind::put(const ProjectionUnit& unit) {
  if (phase_.first_units < C::kPowerUnits) {
    phase_.first_joules += unit.work * std::exp(unit.log_rate[kEnergy]);
    phase_.first_seconds += unit.work * std::exp(unit.log_rate[kTime]);
    ++phase_.first_units;
    if (options_.evaluation) {
      phase_.priors = evaluation_priors();
    } else {
      std::optional<double> limit_share;
      if (options_.power_limit) {
        limit_share = phase_.first_joules / phase_.first_seconds / options_.power_limit->value();
      }
      const double interval_s = options_.sampling_interval_s;
      const double mean_s = phase_.first_seconds / phase_.first_units;
      phase_.priors = training_priors(
          limit_share, interval_s > 0.0 ? interval_s / std::max(mean_s, interval_s) : 0.0);
    }
  }
  // Nobody asks for the watts of evaluations.
  phase_.series.add(unit, phase_.priors, options_.evaluation ? kPower : kQuantities);
}

// No second unit followed that was off the level: a long one was an event, a short one an outlier.
void WorkKind::settle_pending() {
  if (!pending_) return;
  const Pending pending = *pending_;
  pending_.reset();
  if (pending.off[kEnergy] > 0.0) {
    phase_.events.add(pending.ordinal,
                      {std::expm1(pending.off[kEnergy]), std::expm1(pending.off[kTime]), 0.0});
  } else {
    put(pending.unit);
  }
}

// Takes the last detected change back if the unit is at the former level again.
bool WorkKind::take_back(const ProjectionUnit& unit) {
  if (!former_ || phase_.series.main_units() > C::kReturnUnits) return false;
  const LevelFit& fit = former_->series.fits()[kEnergy];
  const double near = std::max(C::kReturn, C::kReturnScales * std::sqrt(fit.variance));
  if (std::abs(fit.residual(unit.log_rate[kEnergy], unit.transient)) > near) return false;
  phase_ = *former_;
  former_.reset();
  pending_.reset();
  --number_;
  for (std::size_t i = 0; i < since_change_count_; ++i) put(since_change_[i]);
  put(unit);
  return true;
}

bool WorkKind::is_change(double off, double threshold) const {
  if (!pending_ || pending_->off[kEnergy] * off <= 0.0) return false;
  const bool same = std::abs(pending_->off[kEnergy] - off) <= C::kSameJump * std::abs(off);
  return same || std::abs(off) > std::max(C::kBigJump, C::kBigJumpFactor * threshold);
}

void WorkKind::change_phase(const ProjectionUnit& unit) {
  const ProjectionUnit first = pending_->unit;
  former_ = phase_;
  phase_ = {};
  phase_.began = pending_->ordinal;
  pending_.reset();
  ++number_;
  put(first);
  put(unit);
  since_change_[0] = first;
  since_change_[1] = unit;
  since_change_count_ = 2;
}

}  // namespace joulecast::step
