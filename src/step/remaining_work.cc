#include "step/remaining_work.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace joulecast::step {
namespace {

using C = ProjectionConstants;

double square(double x) { return x * x; }

// What all three quantities share.
struct Horizon {
  double units;      // to come in the present phase
  double transient;  // mean of what is left of the start's transient over them
  double others;     // main units but one
  double wander;     // variance of the level's wandering, in unit variances
  double slow;       // variance of the slow drift's extrapolation, in squares of the drift
};

Horizon horizon(const LevelSeries& series, const LevelFit& time_fit, double work, double clock_s) {
  const double n = static_cast<double>(series.main_units());
  const double ahead = std::exp(time_fit.level + time_fit.correction) * work / C::kThermalTimeS;
  Horizon h{};
  h.units = std::max(work / series.typical_work(), 1e-12);
  h.transient = transient_at(clock_s) * (ahead > 1e-9 ? (1.0 - std::exp(-ahead)) / ahead : 1.0);
  h.others = std::max(n - 1.0, 0.0);
  h.wander = C::kWander * std::min({h.units, C::kWanderUnits * (n + 2.0), C::kWanderMost}) /
             (3.0 * (1.0 + n / C::kWanderDecay));
  const double buffered = std::max<double>(static_cast<double>(series.buffered()), 1.0);
  h.slow = C::kSlowSpread + C::kSlowGrowth * square(std::min(h.units / buffered, C::kSlowReach));
  return h;
}

// Relative variance of a level that will not stay what it is.
double drift_variance(const LevelFit& fit, const Horizon& h) {
  const double lever = C::kLever / (1.0 + C::kLeverDecay * h.others);
  return square(C::kFloor) + (lever + h.wander) * fit.interval_variance + square(fit.slow) * h.slow;
}

// Relative variance by which the transient adds to the level's own.
double transient_variance(const LevelFit& fit, const Horizon& h) {
  const double g = h.transient;
  return std::max(0.0,
                  C::kLevelVariance * (2.0 * g * fit.covariance + g * g * fit.transient_variance));
}

}  // namespace

double transient_at(double clock_s) { return std::exp(-clock_s / C::kThermalTimeS); }

Remaining remaining_work(const WorkKind& kind, const RemainingOptions& options) {
  const LevelSeries& series = kind.series();
  assert(!series.empty() && options.work > 0.0);
  LevelFits with_running;
  if (options.running != nullptr) {
    with_running = series.fits_with(*options.running, kind.priors());
  }
  const LevelFits& fits = options.running != nullptr ? with_running : series.fits();
  const Horizon h = horizon(series, fits[kTime], options.work, options.clock_s);
  const double typical = series.typical_work();
  const PeriodicEvents::Expected events = kind.events_to_come(h.units);

  Remaining remaining;
  remaining.degrees = static_cast<int>(
      std::clamp<double>(C::kIntervalWeight + h.others, C::kDegreesLeast, C::kDegreesMost));
  for (std::size_t q = 0; q < 2; ++q) {
    const LevelFit& fit = fits[q];
    const double rate = std::exp(fit.level + fit.correction);
    const double known = rate * std::exp(fit.transient * h.transient + fit.slow) * options.work;
    const double unseen = rate * std::exp(fit.slow) * options.unseen_work;
    CauseVariances& variance = remaining.variance[q];

    double sampling = 0.0;  // Relative variance of a unit's energy that is the meter's.
    if (q == kEnergy) {
      const double unit_s =
          std::exp(fits[kTime].level + fits[kTime].correction) * options.work / h.units;
      sampling = std::min(fit.interval_variance,
                          square(C::kSamplingShare * options.sampling_interval_s / unit_s));
    }
    const double level = C::kLevelVariance * fit.level_variance;
    const double drift = drift_variance(fit, h) + transient_variance(fit, h);
    variance[kNoise] = square(known) * ((fit.interval_variance - sampling) / h.units + level);
    variance[kMeter] = square(known) * sampling / h.units;
    variance[kDrift] = square(known) * drift;
    variance[kPhases] = square(C::kUnseenPhaseSd * unseen);
    if (kind.pending()) {
      const double jump = std::expm1(std::min(kind.pending()->off[q], C::kPendingWidest));
      variance[kPhases] += C::kPendingVariance * square(jump * (known + unseen));
    }
    remaining.value[q] = known + unseen;
    if (q == kEnergy && known + unseen > 0.0) {
      const double sum = square(known) * (level + drift) + variance[kPhases];
      remaining.level_variance = sum / square(known + unseen);
    }

    const double unit = rate * typical;
    if (kind.events().count() > 0) {
      const PeriodicEvents::Cost cost = kind.events().cost(q);
      const double count = events.count;
      const double m = static_cast<double>(kind.events().count());
      // One that costs more energy may take less time; then at most every unit to come has one.
      const double extra = count * cost.excess * unit;
      remaining.value[q] += cost.excess < 0.0 ? std::max(extra, cost.excess * known) : extra;
      variance[kEvents] = square(unit) * (square(events.sd * cost.excess) +
                                          (count + count * count / m) * cost.variance);
    } else if (events.count > 0.0) {  // Declared, none seen.
      const double cost = events.count * C::kEventUnseen * unit;
      remaining.value[q] += cost;
      variance[kEvents] = square(cost);
    }
  }
  const LevelFit& power = fits[kPower];
  remaining.power_variance =
      power.interval_variance * typical / std::max(options.work + options.unseen_work, typical) +
      C::kLevelVariance * power.level_variance + transient_variance(power, h) +
      drift_variance(power, h);
  return remaining;
}

}  // namespace joulecast::step
