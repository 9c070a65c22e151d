#include "step/projection_rule.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <utility>

namespace joulecast::step {
namespace {

using C = ProjectionConstants;
constexpr double kTolerance = 1e-9;  // Sums of works are rounded: relative to the whole.

ProjectionUnit unit_of(double work, double joules, double seconds, double middle_s) {
  return {
      .log_rate = {std::log(joules / work), std::log(seconds / work), std::log(joules / seconds)},
      .transient = transient_at(middle_s),
      .work = work};
}

KindOptions kind_options(const RuleOptions& options, bool evaluation) {
  return {.evaluation = evaluation,
          .detect = !options.bounds,
          .power_limit = options.power_limit,
          .sampling_interval_s = options.sampling_interval_s,
          .events_every = evaluation ? std::nullopt : options.events_every};
}

double whole_times(double work, double period) { return std::floor(work / period + 1e-6); }

}  // namespace

ProjectionRule::ProjectionRule(RuleOptions options)
    : options_(std::move(options)),
      kinds_{WorkKind(kind_options(options_, false)), WorkKind(kind_options(options_, true)),
             WorkKind(kind_options(options_, false))} {
  for (int degrees = C::kDegreesLeast; degrees <= C::kDegreesMost; ++degrees) {
    const boost::math::students_t t(degrees);
    quantile_[static_cast<std::size_t>(degrees)] =
        boost::math::quantile(boost::math::complement(t, 0.5 * (1.0 - options_.coverage)));
  }
}

void ProjectionRule::add_training(double work, double joules, double seconds) {
  assert(work > 0.0 && joules > 0.0 && seconds > 0.0);
  bool new_phase = std::exchange(signalled_, false);
  while (options_.bounds && next_bound_ < options_.bounds->size() &&
         done_ >= (*options_.bounds)[next_bound_] - kTolerance * options_.total_work) {
    ++next_bound_;
    new_phase = true;
  }
  if (new_phase && done_ > 0.0) {
    kinds_[kTraining].begin_phase();
    kinds_[kBoth].begin_phase();
  }
  if (waiting_) paired_ = false;
  waiting_ = Waiting{.work = work, .joules = joules, .seconds = seconds, .start_s = clock_s_};
  kinds_[kTraining].add(unit_of(work, joules, seconds, clock_s_ + 0.5 * seconds));
  clock_s_ += seconds;
  done_ += work;
  spent_[kEnergy] += joules;
  spent_[kTime] += seconds;
  spent_training_[kEnergy] += joules;
  spent_training_[kTime] += seconds;
}

void ProjectionRule::add_evaluation(double joules, double seconds) {
  assert(joules > 0.0 && seconds > 0.0);
  const double start_s = clock_s_;
  clock_s_ += seconds;
  spent_[kEnergy] += joules;
  spent_[kTime] += seconds;
  last_evaluation_at_ = done_;
  if (++evaluations_ == 1) first_evaluation_at_ = done_;
  if (!waiting_) paired_ = false;
  if (paired_) {
    kinds_[kBoth].add(unit_of(waiting_->work, waiting_->joules + joules,
                              waiting_->seconds + seconds, 0.5 * (waiting_->start_s + clock_s_)));
  }
  waiting_.reset();
  kinds_[kEvaluationPass].add(unit_of(1.0, joules, seconds, start_s + 0.5 * seconds));
}

void ProjectionRule::end_block() {
  if (waiting_) paired_ = false;
  waiting_.reset();
}

const WorkKind& ProjectionRule::present() const {
  return kinds_[as_both(options_.total_work) ? kBoth : kTraining];
}

// Of a training of another size than planned there are more or fewer, in proportion.
double ProjectionRule::planned_evaluations(double total_work) const {
  if (total_work == options_.total_work) return *options_.evaluations;
  return std::floor(*options_.evaluations * total_work / options_.total_work + 1e-9);
}

// Whether training and evaluation are projected as one: the planned number of evaluations fits.
bool ProjectionRule::as_both(double total_work) const {
  const LevelSeries& series = kinds_[kBoth].series();
  if (!paired_ || evaluations_ == 0 || series.empty()) return false;
  if (!options_.evaluations) return true;
  const double odd = planned_evaluations(total_work) - static_cast<double>(evaluations_) -
                     (total_work - done_) / series.typical_work();
  return std::abs(odd) < (waiting_ ? 1.5 : 0.5);
}

// The running unit helps where few units are known; only within the run's first phase.
std::optional<RunningPoint> ProjectionRule::running_point(const RunningUnit& running,
                                                          bool both) const {
  const WorkKind& kind = kinds_[both ? kBoth : kTraining];
  const LevelSeries& series = kind.series();
  if (running.work <= 0.0 || running.joules <= 0.0 || running.seconds <= 0.0 || signalled_ ||
      series.main_units() + 1 >= C::kRunningUnits || !kind.only_this_series() ||
      running.seconds < C::kRunningReadings * options_.sampling_interval_s) {
    return std::nullopt;
  }
  const double sampling = C::kRunningSampling * options_.sampling_interval_s / running.seconds;
  double joules = running.joules;
  double seconds = running.seconds;
  if (both) {  // Its share of the evaluation that it will have.
    const LevelFits& fits = kinds_[kEvaluationPass].series().fits();
    const double share = running.work / series.typical_work();
    joules += share * std::exp(fits[kEnergy].level + fits[kEnergy].correction);
    seconds += share * std::exp(fits[kTime].level + fits[kTime].correction);
  }
  const ProjectionUnit unit = unit_of(running.work, joules, seconds, clock_s_ + 0.5 * seconds);
  return RunningPoint{.log_rate = unit.log_rate,
                      .transient = unit.transient,
                      .variance = sampling * sampling + C::kRunningVariance};
}

void ProjectionRule::add_rest_of_training(double total_work, double done, bool both,
                                          const RunningUnit& running, Remaining& sum) const {
  double left = std::max(0.0, total_work - done);
  double unseen = 0.0;
  if (signalled_) {
    std::swap(left, unseen);
  } else if (options_.bounds && next_bound_ < options_.bounds->size()) {
    const double bound = std::min(total_work, std::max(done, (*options_.bounds)[next_bound_]));
    unseen = std::max(0.0, total_work - bound);
    left = std::max(0.0, bound - done);
  }
  sum.degrees = C::kDegreesMost;
  if (left + unseen <= 0.0) return;
  const auto point = running_point(running, both);
  sum = remaining_work(kinds_[both ? kBoth : kTraining],
                       {.clock_s = clock_s_,
                        .sampling_interval_s = options_.sampling_interval_s,
                        .work = std::max(left, 1e-12),
                        .unseen_work = unseen,
                        .running = point ? &*point : nullptr});
}

double ProjectionRule::evaluations_to_come(double total_work, bool both, const RunningUnit& running,
                                           double& sd) const {
  const double typical = kinds_[both ? kBoth : kTraining].series().typical_work();
  const double seen = static_cast<double>(evaluations_);
  const double since_last = total_work - last_evaluation_at_;
  sd = 0.0;
  if (both) return (waiting_ ? 1.0 : 0.0) + running.work / typical;
  if (options_.evaluations) return std::max(0.0, planned_evaluations(total_work) - seen);
  if (evaluations_ >= 2) {
    const double period = (last_evaluation_at_ - first_evaluation_at_) / (seen - 1.0);
    return period > 0.0 ? std::max(0.0, whole_times(since_last, period)) : 0.0;
  }
  // One was seen: the same distance again, or from now on after every unit.
  const double few = whole_times(since_last, std::max(last_evaluation_at_, typical));
  const double many = whole_times(since_last, typical);
  sd = 0.5 * (many - few);
  return 0.5 * (few + many);
}

void ProjectionRule::add_evaluations(double total_work, bool both, const RunningUnit& running,
                                     Remaining& sum, Outcome& outcome) const {
  if (evaluations_ == 0) {
    if (!options_.evaluations_expected || total_work <= done_ + running.work) return;
    outcome.evaluation_unknown = true;
    for (std::size_t q = 0; q < 2; ++q) {
      const double training = spent_training_[q] + sum.value[q];
      const double sd = C::kEvaluationShareSd * training;
      sum.value[q] += C::kEvaluationShare * training;
      sum.variance[q][kEvaluations] += sd * sd;
    }
    return;
  }
  double sd = 0.0;
  const double count = evaluations_to_come(total_work, both, running, sd);
  if (count <= 0.0) return;
  const Remaining rest = remaining_work(
      kinds_[kEvaluationPass],
      {.clock_s = clock_s_, .sampling_interval_s = options_.sampling_interval_s, .work = count});
  for (std::size_t q = 0; q < 2; ++q) {
    const double number = sd * rest.value[q] / count;
    double variance = number * number;
    for (const double part : rest.variance[q]) variance += part;
    sum.value[q] += rest.value[q];
    sum.variance[q][kEvaluations] += variance;
  }
  outcome.evaluations_few = evaluations_ < 3 && !both;
}

void ProjectionRule::set_bounds(const std::array<double, 2>& spent, const Remaining& sum,
                                Outcome& outcome) const {
  const double t = quantile_[static_cast<std::size_t>(sum.degrees)];
  for (std::size_t q = 0; q < 2; ++q) {
    const double rest = sum.value[q];
    double variance = 0.0;
    for (const double part : sum.variance[q]) variance += part;
    const double sd = rest > 0.0 ? std::sqrt(variance) / rest : 0.0;
    const double factor = std::exp(std::min(t * sd, C::kWidest));
    outcome.whole[q] = {.value = spent[q] + rest,
                        .low = spent[q] + rest / factor,
                        .high = spent[q] + rest * factor};
  }
  const double joules = outcome.whole[kEnergy].value;
  const double rest_j = sum.value[kEnergy];
  const CauseVariances& parts = sum.variance[kEnergy];
  const double odd = parts[kPhases] + parts[kEvents] + parts[kEvaluations];
  double variance = sum.power_variance;
  if (rest_j > 0.0) variance += C::kPowerOddShare * odd / (rest_j * rest_j);
  const double sd = rest_j / joules * std::sqrt(variance);
  const double factor = std::exp(std::min(t * sd, C::kWidest));
  const double watts = joules / outcome.whole[kTime].value;
  outcome.whole[kPower] = {.value = watts, .low = watts / factor, .high = watts * factor};
}

Outcome ProjectionRule::outcome(double total_work, const RunningUnit& running) const {
  assert(done_ > 0.0);
  const std::array<double, 2> spent = {spent_[kEnergy] + running.joules,
                                       spent_[kTime] + running.seconds};
  const double done = done_ + running.work;
  Outcome outcome;
  Remaining sum;
  sum.degrees = C::kDegreesMost;
  outcome.finished = done >= total_work * (1.0 - kTolerance);
  if (!outcome.finished) {
    const bool both = as_both(total_work);
    add_rest_of_training(total_work, done, both, running, sum);
    add_evaluations(total_work, both, running, sum, outcome);
  }
  outcome.variance = sum.variance;
  outcome.level_variance = sum.level_variance;
  outcome.degrees = sum.degrees;
  set_bounds(spent, sum, outcome);
  return outcome;
}

}  // namespace joulecast::step
