#include "joulecast/step/online_projector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <string>
#include <vector>

#include "step/online_projector_test_runs.h"

namespace joulecast::step {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

double joules(const Forecast& forecast) { return forecast.energy->value.value(); }

TEST(OnlineProjector, AnswersFromTheFirstEpochOn) {
  auto plan = epochs_planned(10);
  plan.told = {"epochs: 10 (planned)"};
  const auto projector = projector_of(plan);
  MadeUpRun run;
  const Forecast first = projector->add(run.next());
  EXPECT_EQ(first.method, "joulecast");
  EXPECT_EQ(first.epochs_seen, 1);
  EXPECT_FALSE(first.stable);
  EXPECT_NEAR(joules(first), 100e3, 1e3);
  EXPECT_GT(first.energy->high->value(), 130e3) << "the first epoch says little";
  EXPECT_THAT(first.told, ElementsAre("epochs: 10 (planned)"));
  EXPECT_THAT(first.origins, ElementsAre(Origin::kCounter));
  EXPECT_THAT(first.notes, Contains("holds if no further phase comes"));
  Forecast last;
  for (int i = 2; i <= 9; ++i) last = projector->add(run.next());
  EXPECT_TRUE(last.stable);
  EXPECT_NEAR(joules(last), 100e3, 1.0);
  EXPECT_NEAR(last.duration->value.value(), 500.0, 1e-2);
  EXPECT_NEAR(last.power->value.value(), 200.0, 1e-2);
  EXPECT_LT(last.energy->high->value() - last.energy->low->value(), 1e3);
  std::vector<std::string> causes;
  for (const IntervalPart& part : last.parts) causes.push_back(part.cause);
  EXPECT_THAT(causes, ElementsAre("noise", "drift", "meter", "phases", "events", "evaluations"));
}

TEST(OnlineProjector, AFinishedRunIsWhatWasSpent) {
  const auto projector = projector_of(epochs_planned(3));
  MadeUpRun run(2, 0.05);
  double spent_j = 0.0;
  Forecast last;
  for (int i = 0; i < 3; ++i) {
    last = projector->add(run.next());
    spent_j += run.epoch().energy->value();
  }
  EXPECT_DOUBLE_EQ(joules(last), spent_j);
  EXPECT_DOUBLE_EQ(last.energy->low->value(), spent_j);
  EXPECT_DOUBLE_EQ(last.energy->high->value(), spent_j);
  EXPECT_DOUBLE_EQ(last.power->low->value(), last.power->high->value());
  EXPECT_THAT(last.notes, IsEmpty());
}

TEST(OnlineProjector, EvaluationsAreFollowedApart) {
  // Every fifth epoch has one of a quarter of its energy.
  auto plan = epochs_planned(50);
  plan.evaluations = 10;
  const auto projector = projector_of(plan);
  MadeUpRun run(9, 0.005);
  Forecast forecast;
  for (int i = 1; i <= 12; ++i) {
    run.next();
    if (i % 5 == 0) {
      run.epoch().evaluation = Evaluation{
          .start_s = run.epoch().end_s, .end_s = run.epoch().end_s + 15.0, .energy = Joules(2.5e3)};
      run.epoch().end_s += 15.0;
      *run.epoch().energy += Joules(2.5e3);
    }
    forecast = projector->add(run.epoch());
    if (i < 5) {
      EXPECT_THAT(forecast.notes, Contains(HasSubstr("evaluation cost unknown")));
    } else if (i < 10) {
      EXPECT_THAT(forecast.notes, Contains("evaluation cost known from one"));
    }
  }
  EXPECT_NEAR(joules(forecast), 50 * 10e3 + 10 * 2.5e3, 5e3);
  EXPECT_GT(forecast.parts[5].energy.value(), 0.0);
  EXPECT_THAT(projector->phase_changes(), IsEmpty());
}

TEST(OnlineProjector, AnEvaluationInEveryEpochIsProjectedWithIt) {
  const auto apart = projector_of(epochs_planned(30));
  const auto together = projector_of(epochs_planned(30));
  MadeUpRun run(10, 0.01);
  for (int i = 0; i < 12; ++i) {
    const Forecast one = apart->add(run.next_evaluated(0.1));
    run.epoch().evaluation.reset();
    const Forecast other = together->add(run.epoch());
    EXPECT_NEAR(joules(one), joules(other), 1e-6 * joules(other));
    EXPECT_NEAR(one.energy->high->value(), other.energy->high->value(), 1e-6 * joules(other));
  }
}

TEST(OnlineProjector, AnEvaluationWithoutEnergyIsPartOfTheEpoch) {
  const auto one = projector_of(epochs_planned(30));
  const auto other = projector_of(epochs_planned(30));
  MadeUpRun run(11, 0.01);
  for (int i = 0; i < 5; ++i) {
    run.next_evaluated(0.1);
    run.epoch().evaluation->energy.reset();
    const Forecast with = one->add(run.epoch());
    run.epoch().evaluation.reset();
    EXPECT_EQ(joules(with), joules(other->add(run.epoch())));
  }
}

TEST(OnlineProjector, OneEpochPlannedInTokens) {
  OnlinePlan plan;
  plan.unit = WorkUnit::kTokens;
  plan.total_work = 1e9;
  const auto projector = projector_of(plan);
  MadeUpRun run(12, 0.01);
  Forecast forecast;
  for (int i = 0; i < 20; ++i) {
    run.epoch().tokens = 1e6 * (1 + i % 3);
    forecast = projector->add(run.next(1 + i % 3));
  }
  EXPECT_NEAR(joules(forecast), 1000 * 10e3, 0.02 * 1e7) << "10 kJ per million tokens";
}

TEST(OnlineProjector, CheckpointsAreCounted) {
  const auto projector = projector_of(epochs_planned(100));
  MadeUpRun run(13, 0.01);
  Forecast forecast;
  for (int i = 1; i <= 45; ++i) forecast = projector->add(run.next(i % 10 == 0 ? 1.6 : 1.0));
  EXPECT_THAT(projector->phase_changes(), IsEmpty());
  EXPECT_NEAR(joules(forecast), 10e3 * (100 + 10 * 0.6), 10e3);
  EXPECT_GT(forecast.parts[4].energy.value(), 0.0);
}

TEST(OnlineProjector, MovesBetweenEpochs) {
  const auto projector = projector_of(epochs_planned(10));
  MadeUpRun run(14, 0.01);
  for (int i = 0; i < 3; ++i) projector->add(run.next());
  const double before = joules(projector->forecast());
  const Forecast half =
      projector->forecast_running({.energy = Joules(6e3), .duration = Seconds(30.0), .work = 0.5});
  EXPECT_GT(joules(half), before + 500.0) << "dearer than the epochs before";
  EXPECT_EQ(joules(projector->forecast()), before) << "and nothing is kept";
  const Forecast nothing = projector->forecast_running({});
  EXPECT_EQ(joules(nothing), before);
}

TEST(OnlineProjector, AnotherTotalIsAnotherForecast) {
  const auto ten = projector_of(epochs_planned(10));
  const auto twenty = projector_of(epochs_planned(20));
  MadeUpRun run(15, 0.01);
  for (int i = 0; i < 5; ++i) {
    ten->add(run.next());
    twenty->add(run.epoch());
  }
  EXPECT_EQ(joules(ten->forecast_for(20)), joules(twenty->forecast()));
  EXPECT_EQ(joules(ten->forecast_for(4)), joules(ten->forecast_for(5))) << "what is spent is spent";
}

TEST(OnlineProjector, ConfidenceGrowsAndFallsWithAChangeUnderWay) {
  const auto projector = projector_of(epochs_planned(60));
  MadeUpRun run(16, 0.01);
  projector->add(run.next());
  const double at_first = projector->stability().confidence;
  for (int i = 0; i < 15; ++i) projector->add(run.next());
  const double later = projector->stability().confidence;
  EXPECT_LT(at_first, 0.3);
  EXPECT_GT(later, 0.95);
  projector->add(run.next(1.5));
  EXPECT_LT(projector->stability().confidence, 0.5);
  EXPECT_FALSE(projector->stability().stable);
}

TEST(OnlineProjector, BadPlansGetOneLine) {
  const auto error = [](auto change) {
    OnlinePlan plan = epochs_planned(10);
    change(plan);
    const auto result = OnlineProjector::create(plan);
    EXPECT_FALSE(result.ok());
    std::string line = result.ok() ? "" : result.error().message;
    EXPECT_EQ(line.find('\n'), std::string::npos);
    return line;
  };
  EXPECT_THAT(error([](OnlinePlan& p) { p.total_work = 0; }),
              HasSubstr("the planned number of epochs must be more than 0, not 0"));
  EXPECT_THAT(error([](OnlinePlan& p) {
                p.phases = {8, 4};
              }),
              HasSubstr("the phases add up to 12 epochs, more than the 10 planned"));
  EXPECT_THAT(error([](OnlinePlan& p) { p.phases = {-1}; }), HasSubstr("phase's work"));
  EXPECT_THAT(error([](OnlinePlan& p) { p.evaluations = -1; }), HasSubstr("evaluations"));
  EXPECT_THAT(error([](OnlinePlan& p) { p.events_every = 0; }), HasSubstr("periodic event"));
  EXPECT_THAT(error([](OnlinePlan& p) { p.power_limit = Watts(0); }), HasSubstr("power limit"));
  EXPECT_THAT(error([](OnlinePlan& p) { p.sampling_interval = Seconds(-1); }),
              HasSubstr("sampling interval"));
  EXPECT_THAT(error([](OnlinePlan& p) { p.coverage = 1; }), HasSubstr("between 0 and 1, not 1"));
}

#if defined(__GLIBC__)
TEST(OnlineProjector, MemoryStaysFlat) {
  const auto projector = projector_of(epochs_planned(1e6));
  MadeUpRun run(17, 0.05);
  const auto after = [&](int epochs) {
    for (int i = 0; i < epochs; ++i) projector->add(run.next(i % 1000 < 500 ? 1.0 : 1.7));
    return ::mallinfo2().uordblks;
  };
  const auto before = after(1000);
  EXPECT_LE(after(100'000), before + 4096);
  EXPECT_LE(projector->phase_changes().size(), 100U);
}
#endif

}  // namespace
}  // namespace joulecast::step
