// What holds of every forecast, whatever the run; and how often the rule errs on simulated runs.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <algorithm>
#include <cmath>
#include <vector>

#include "step/online_projector_test_runs.h"

namespace joulecast::step {
namespace {

struct Piece {
  double factor, watts, work;
  double evaluation_share;  // 0: none
};

std::vector<Piece> some_pieces() {
  const auto number = [](int low, int high, double unit) {
    return rc::gen::map(rc::gen::inRange(low, high), [unit](int x) { return x * unit; });
  };
  const auto size = *rc::gen::inRange(1, 60);
  std::vector<Piece> pieces;
  for (int i = 0; i < size; ++i) {
    pieces.push_back({.factor = *number(5, 30, 0.1),
                      .watts = *number(50, 400, 1.0),
                      .work = *number(1, 20, 0.1),
                      .evaluation_share = *rc::gen::element(0.0, 0.0, 0.1, 0.3)});
  }
  return pieces;
}

OnlinePlan some_plan(const std::vector<Piece>& pieces) {
  OnlinePlan plan;
  plan.unit = WorkUnit::kSamples;
  for (const Piece& piece : pieces) plan.total_work += piece.work;
  plan.total_work *= *rc::gen::element(1.0, 1.01, 2.0, 50.0);
  if (*rc::gen::arbitrary<bool>()) plan.power_limit = Watts(350.0);
  if (*rc::gen::arbitrary<bool>()) plan.sampling_interval = Seconds(*rc::gen::element(0.1, 15.0));
  if (*rc::gen::inRange(0, 3) == 0) plan.phases = {0.3 * plan.total_work};
  if (*rc::gen::inRange(0, 3) == 0) plan.evaluations = *rc::gen::inRange(0, 100);
  if (*rc::gen::inRange(0, 4) == 0) plan.events_every = *rc::gen::inRange(1, 20);
  plan.coverage = *rc::gen::element(0.5, 0.9, 0.99);
  return plan;
}

// What a run is multiplied with, and when it starts.
struct Change {
  double joules = 1.0, work = 1.0, start_s = 0.0;
};

std::vector<Forecast> forecasts(const OnlinePlan& plan, const std::vector<Piece>& pieces,
                                const Change& change = {}) {
  const auto projector = projector_of(plan);
  std::vector<Forecast> all;
  Epoch epoch;
  epoch.end_s = change.start_s;
  for (const Piece& piece : pieces) {
    const double seconds = 20.0 * piece.factor;
    ++epoch.number;
    epoch.start_s = epoch.end_s;
    epoch.end_s += seconds;
    epoch.samples = piece.work * change.work;
    epoch.energy = Joules(seconds * piece.watts * change.joules);
    epoch.evaluation.reset();
    if (piece.evaluation_share > 0.0) {
      epoch.evaluation = Evaluation{.start_s = epoch.end_s - piece.evaluation_share * seconds,
                                    .end_s = epoch.end_s,
                                    .energy = *epoch.energy * piece.evaluation_share};
    }
    all.push_back(projector->add(epoch));
  }
  return all;
}

template <typename Q>
bool ordered(const Estimate<Q>& estimate, double least) {
  return std::isfinite(estimate.value.value()) && std::isfinite(estimate.high->value()) &&
         *estimate.low <= estimate.value && estimate.value <= *estimate.high &&
         estimate.low->value() >= least;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(std::abs(a), 1e-300); }

template <typename Q>
bool scaled(const Estimate<Q>& one, const Estimate<Q>& other, double factor) {
  return near(one.value.value() * factor, other.value.value()) &&
         near(one.low->value() * factor, other.low->value()) &&
         near(one.high->value() * factor, other.high->value());
}

RC_GTEST_PROP(OnlineProjectorProperty, BoundsEncloseTheValueAndNothingSpentIsLost, ()) {
  const auto pieces = some_pieces();
  const auto plan = some_plan(pieces);
  double spent_j = 0.0;
  double spent_s = 0.0;
  std::size_t i = 0;
  for (const Forecast& forecast : forecasts(plan, pieces)) {
    spent_s += 20.0 * pieces[i].factor;
    spent_j += 20.0 * pieces[i].factor * pieces[i].watts;
    ++i;
    RC_ASSERT(ordered(*forecast.energy, spent_j * (1.0 - 1e-12)));
    RC_ASSERT(ordered(*forecast.duration, spent_s * (1.0 - 1e-12)));
    RC_ASSERT(ordered(*forecast.power, 0.0));
    for (const IntervalPart& part : forecast.parts) {
      RC_ASSERT(std::isfinite(part.energy.value()) && part.energy.value() >= 0.0);
      RC_ASSERT(std::isfinite(part.duration.value()) && part.duration.value() >= 0.0);
    }
  }
}

RC_GTEST_PROP(OnlineProjectorProperty, JoulesTimesAFactorGiveAForecastTimesTheFactor, ()) {
  const auto pieces = some_pieces();
  auto plan = some_plan(pieces);
  const double factor = *rc::gen::element(1e-6, 0.5, 8.0, 1e6);
  const auto before = forecasts(plan, pieces);
  if (plan.power_limit) plan.power_limit = *plan.power_limit * factor;
  const auto after = forecasts(plan, pieces, {.joules = factor});
  for (std::size_t i = 0; i < before.size(); ++i) {
    RC_ASSERT(scaled(*before[i].energy, *after[i].energy, factor));
    RC_ASSERT(scaled(*before[i].duration, *after[i].duration, 1.0));
    RC_ASSERT(scaled(*before[i].power, *after[i].power, factor));
  }
}

RC_GTEST_PROP(OnlineProjectorProperty, TheUnitOfWorkAndTheStartDoNotMatter, ()) {
  const auto pieces = some_pieces();
  auto plan = some_plan(pieces);
  const auto before = forecasts(plan, pieces);
  plan.total_work *= 1024.0;
  for (double& phase : plan.phases) phase *= 1024.0;
  const auto after = forecasts(plan, pieces, {.joules = 1.0, .work = 1024.0, .start_s = 4096.0});
  for (std::size_t i = 0; i < before.size(); ++i) {
    RC_ASSERT(scaled(*before[i].energy, *after[i].energy, 1.0));
    RC_ASSERT(scaled(*before[i].duration, *after[i].duration, 1.0));
  }
}

TEST(OnlineProjectorProperty, DegenerateRunsGiveFiniteNumbers) {
  for (const double joules : {0.0, 1e-90, 1e-3, 1e15, 1e90}) {
    for (const double seconds : {1e-6, 1.0, 1e7}) {
      for (const double total : {1.0, 1.5, 30.0, 1e12}) {
        for (const bool limited : {false, true}) {
          OnlinePlan plan = epochs_planned(total);
          if (limited) plan.power_limit = Watts(300.0);
          const auto projector = projector_of(plan);
          MadeUpRun run(1, 0.0, joules, seconds);
          for (int i = 0; i < 40; ++i) {
            const Forecast forecast = projector->add(run.next());
            ASSERT_TRUE(ordered(*forecast.energy, 0.0)) << joules << " J, " << seconds << " s";
            ASSERT_TRUE(ordered(*forecast.duration, 0.0)) << joules << " J, " << seconds << " s";
            ASSERT_TRUE(ordered(*forecast.power, 0.0)) << joules << " J, " << seconds << " s";
            const double confidence = projector->stability().confidence;
            ASSERT_TRUE(confidence >= 0.0 && confidence <= 1.0);
          }
        }
      }
    }
  }
}

TEST(OnlineProjectorProperty, OnePhaseRunsRaiseFewAlarms) {
  constexpr unsigned kRuns = 400;
  int alarms = 0;
  for (unsigned seed = 1; seed <= kRuns; ++seed) {
    const double noise = 0.005 * (1 + seed % 6);  // up to 3 %
    MadeUpRun run(seed, noise);
    const auto projector = projector_of(epochs_planned(80));
    projector->add(run.next(1.3));
    bool alarm = false;
    for (int i = 1; i < 80; ++i) {
      projector->add(run.next());
      alarm |= !projector->phase_changes().empty();
    }
    alarms += alarm ? 1 : 0;
  }
  EXPECT_LE(alarms, static_cast<int>(kRuns / 20));
}

TEST(OnlineProjectorProperty, TwoPhaseRunsAreFoundWithinTwoEpochs) {
  constexpr unsigned kRuns = 400;
  int found = 0;
  for (unsigned seed = 1; seed <= kRuns; ++seed) {
    const int change = 5 + static_cast<int>(seed % 30);
    const double factor = seed % 2 == 0 ? 1.5 + 0.01 * (seed % 100) : 0.65 - 0.003 * (seed % 100);
    MadeUpRun run(seed, 0.005 * (1 + seed % 4));
    const auto projector = projector_of(epochs_planned(80));
    for (int i = 1; i < change; ++i) projector->add(run.next());
    for (int i = 0; i < 2; ++i) projector->add(run.next(factor));
    found += projector->phase_changes() == std::vector<std::int64_t>{change} ? 1 : 0;
  }
  EXPECT_GE(found, static_cast<int>(0.98 * kRuns));
}

TEST(OnlineProjectorProperty, IntervalsCoverSimulatedRuns) {
  int covered = 0;
  int all = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    const double noise = seed % 3 == 0 ? 0.02 : 0.008;
    std::vector<Epoch> epochs;
    MadeUpRun run(seed, noise);
    double total_j = 0.0;
    for (int i = 0; i < 30; ++i) {
      epochs.push_back(run.next(i == 0 ? 1.15 : 1.0));
      total_j += epochs.back().energy->value();
    }
    const auto projector = projector_of(epochs_planned(30));
    for (std::size_t i = 0; i + 1 < epochs.size(); ++i) {
      const Forecast forecast = projector->add(epochs[i]);
      if (i == 0) continue;
      ++all;
      covered +=
          forecast.energy->low->value() <= total_j && total_j <= forecast.energy->high->value();
    }
  }
  const double share = static_cast<double>(covered) / all;
  EXPECT_GE(share, 0.85);
  EXPECT_LE(share, 0.985);
}

}  // namespace
}  // namespace joulecast::step
