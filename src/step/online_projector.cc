#include "joulecast/step/online_projector.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <utility>

#include "step/projection_rule.h"
#include "step/steady_stretch.h"

namespace joulecast::step {
namespace {

using C = ProjectionConstants;

bool positive(double x) { return std::isfinite(x) && x > 0.0; }

// Where the declared phases but the first begin, or what is wrong with them.
Result<std::optional<std::vector<double>>> phase_bounds(const OnlinePlan& plan) {
  if (plan.phases.empty()) return std::optional<std::vector<double>>();
  std::vector<double> bounds;
  double sum = 0.0;
  for (const double phase : plan.phases) {
    if (!positive(phase)) {
      return Error{fmt::format("a phase's work must be more than 0, not {}", phase)};
    }
    sum += phase;
    bounds.push_back(sum);
  }
  const double tolerance = 1e-9 * plan.total_work;
  if (sum > plan.total_work + tolerance) {
    return Error{fmt::format("the phases add up to {:.10g} {}, more than the {:.10g} planned", sum,
                             to_string(plan.unit), plan.total_work)};
  }
  if (sum >= plan.total_work - tolerance) bounds.pop_back();
  return std::optional(std::move(bounds));
}

std::optional<Error> fault(const OnlinePlan& plan) {
  if (!positive(plan.total_work)) {
    return Error{fmt::format("the planned number of {} must be more than 0, not {}",
                             to_string(plan.unit), plan.total_work)};
  }
  if (plan.evaluations && !(std::isfinite(*plan.evaluations) && *plan.evaluations >= 0.0)) {
    return Error{fmt::format("the planned number of evaluations must not be negative: {}",
                             *plan.evaluations)};
  }
  if (plan.events_every && !positive(*plan.events_every)) {
    return Error{fmt::format("a periodic event must come every so many blocks, more than 0, not {}",
                             *plan.events_every)};
  }
  if (plan.power_limit && !positive(plan.power_limit->value())) {
    return Error{
        fmt::format("the power limit must be more than 0 W, not {}", plan.power_limit->value())};
  }
  const double interval_s = plan.sampling_interval.value();
  if (!(std::isfinite(interval_s) && interval_s >= 0.0)) {
    return Error{fmt::format("the sampling interval must not be negative: {} s", interval_s)};
  }
  if (!(plan.coverage > 0.0 && plan.coverage < 1.0)) {
    return Error{fmt::format("the interval's nominal coverage must lie between 0 and 1, not {}",
                             plan.coverage)};
  }
  return std::nullopt;
}

template <typename Q>
Estimate<Q> estimate(const Outcome::Bounds& bounds) {
  return {.value = Q(bounds.value), .low = Q(bounds.low), .high = Q(bounds.high)};
}

// Keeps logarithms finite where a meter gave 0 J for a block.
double measured(double joules) { return std::max(joules, 1e-100); }

}  // namespace

struct OnlineProjector::State {
  State(const OnlinePlan& the_plan, std::optional<std::vector<double>> bounds)
      : plan(the_plan),
        rule({.total_work = plan.total_work,
              .bounds = std::move(bounds),
              .evaluations = plan.evaluations,
              .evaluations_expected =
                  plan.evaluations_expected || plan.evaluations.value_or(0.0) > 0.0,
              .events_every = plan.events_every,
              .power_limit = plan.power_limit,
              .sampling_interval_s = plan.sampling_interval.value(),
              .coverage = plan.coverage}) {}

  void add(const Epoch& epoch);
  Forecast forecast(double total_work, const RunningUnit& running) const;
  std::vector<std::string> notes(const Outcome& outcome) const;

  OnlinePlan plan;
  ProjectionRule rule;
  SteadyStretch steady;
  std::int64_t seen = 0;
  std::string phase;            // of the last block, as its recording names it
  std::vector<Origin> origins;  // in order of first appearance
};

void OnlineProjector::State::add(const Epoch& epoch) {
  assert(epoch.energy);
  const auto work = work_of(epoch, plan.unit);
  assert(work && *work > 0.0);
  if (!phase.empty() && !epoch.phase.empty() && phase != epoch.phase) rule.begin_phase();
  phase = epoch.phase;
  double joules = epoch.energy->value();
  double seconds = epoch.duration().value();
  bool evaluated = false;
  double evaluation_j = 0.0;
  double evaluation_s = 0.0;
  if (epoch.evaluation && epoch.evaluation->energy) {
    evaluation_j = epoch.evaluation->energy->value();
    evaluation_s = epoch.evaluation->end_s - epoch.evaluation->start_s;
    // One that leaves nothing to the training is no evaluation within the block.
    evaluated =
        evaluation_j > 0.0 && evaluation_s > 0.0 && evaluation_j < joules && evaluation_s < seconds;
  }
  if (evaluated) {
    joules -= evaluation_j;
    seconds -= evaluation_s;
  }
  rule.add_training(*work, measured(joules), seconds);
  if (evaluated) rule.add_evaluation(measured(evaluation_j), evaluation_s);
  rule.end_block();
  steady.add(rule.present(), {.number = epoch.number, .start_s = epoch.start_s});
  ++seen;
  if (std::find(origins.begin(), origins.end(), epoch.energy_origin) == origins.end()) {
    origins.push_back(epoch.energy_origin);
  }
}

std::vector<std::string> OnlineProjector::State::notes(const Outcome& outcome) const {
  std::vector<std::string> notes;
  if (outcome.finished) return notes;
  notes.reserve(4);
  if (plan.phases.empty()) notes.emplace_back("holds if no further phase comes");
  if (rule.present().pending()) {
    notes.emplace_back("a change may be under way: the next epoch decides");
  }
  if (outcome.evaluation_unknown) {
    notes.emplace_back("evaluation cost unknown: taken as 6 % of the training");
  } else if (outcome.evaluations_few) {
    notes.emplace_back(rule.evaluations() == 1 ? "evaluation cost known from one"
                                               : "evaluation cost known from two");
  } else if (rule.evaluations() == 0) {
    notes.emplace_back("holds if no evaluation comes that is not part of every epoch");
  }
  return notes;
}

Forecast OnlineProjector::State::forecast(double total_work, const RunningUnit& running) const {
  assert(seen > 0);
  const Outcome outcome = rule.outcome(total_work, running);
  Forecast forecast{.method = "joulecast",
                    .epochs_seen = seen,
                    .phase = phase,
                    .stable = steady.stable(),
                    .energy = estimate<Joules>(outcome.whole[kEnergy]),
                    .duration = estimate<Seconds>(outcome.whole[kTime]),
                    .power = estimate<Watts>(outcome.whole[kPower]),
                    .coverage = plan.coverage,
                    .parts = {},
                    .notes = notes(outcome),
                    .origins = origins,
                    .told = plan.told};
  if (phase.empty() && rule.present().phase() > 1) {
    forecast.phase = fmt::format("phase {}", rule.present().phase());
  }
  forecast.parts.reserve(kCauses);
  for (std::size_t cause = 0; cause < kCauses; ++cause) {
    forecast.parts.push_back({.cause = kCauseNames[cause],
                              .energy = Joules(std::sqrt(outcome.variance[kEnergy][cause])),
                              .duration = Seconds(std::sqrt(outcome.variance[kTime][cause]))});
  }
  return forecast;
}

Result<std::unique_ptr<OnlineProjector>> OnlineProjector::create(const OnlinePlan& plan) {
  if (auto error = fault(plan)) return *error;
  auto bounds = phase_bounds(plan);
  if (!bounds) return bounds.error();
  auto state = std::make_unique<State>(plan, std::move(bounds).value());
  return std::unique_ptr<OnlineProjector>(new OnlineProjector(std::move(state)));
}

OnlineProjector::OnlineProjector(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnlineProjector::~OnlineProjector() = default;

Forecast OnlineProjector::add(const Epoch& epoch) {
  state_->add(epoch);
  return forecast();
}

void OnlineProjector::begin_phase() { state_->rule.begin_phase(); }

Forecast OnlineProjector::forecast() const { return state_->forecast(state_->plan.total_work, {}); }

Forecast OnlineProjector::forecast_for(double total_work) const {
  assert(total_work > 0.0);
  return state_->forecast(total_work, {});
}

Forecast OnlineProjector::forecast_running(const RunningEpoch& running) const {
  assert(running.work >= 0.0);
  return state_->forecast(state_->plan.total_work, {.work = running.work,
                                                    .joules = running.energy.value(),
                                                    .seconds = running.duration.value()});
}

Stability OnlineProjector::stability() const {
  assert(state_->seen > 0);
  const Outcome outcome = state_->rule.outcome(state_->plan.total_work);
  const SteadyStretch::Block since = state_->steady.since();
  Stability stability{.stable = state_->steady.stable(),
                      .since_epoch = since.number,
                      .since_s = since.start_s,
                      .phase = state_->rule.present().phase(),
                      .confidence = 1.0};
  if (!outcome.finished && outcome.level_variance > 0.0) {
    const boost::math::students_t t(outcome.degrees);
    const double score = C::kStableLevel / std::sqrt(outcome.level_variance);
    stability.confidence = 1.0 - 2.0 * boost::math::cdf(boost::math::complement(t, score));
  }
  return stability;
}

const std::vector<std::int64_t>& OnlineProjector::phase_changes() const {
  return state_->steady.phase_changes();
}

}  // namespace joulecast::step
