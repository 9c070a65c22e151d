// Phases: found, taken back, declared, signalled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/step/online_projector.h"
#include "step/online_projector_test_runs.h"

namespace joulecast::step {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

double joules(const Forecast& forecast) { return forecast.energy->value.value(); }

TEST(OnlineProjectorPhases, FindsAPhaseWithinTwoEpochs) {
  const auto projector = projector_of(epochs_planned(40));
  MadeUpRun run(3, 0.01);
  Forecast forecast;
  for (int i = 0; i < 10; ++i) forecast = projector->add(run.next());
  EXPECT_TRUE(forecast.stable);
  EXPECT_EQ(forecast.phase, "");
  forecast = projector->add(run.next(1.8));
  EXPECT_THAT(forecast.notes, Contains(HasSubstr("a change may be under way")));
  EXPECT_FALSE(forecast.stable);
  forecast = projector->add(run.next(1.8));
  EXPECT_EQ(forecast.phase, "phase 2");
  EXPECT_THAT(projector->phase_changes(), ElementsAre(11));
  EXPECT_NEAR(joules(forecast), 10e3 * (10 + 30 * 1.8), 15e3);
  forecast = projector->add(run.next(1.8));
  EXPECT_FALSE(forecast.stable);
  forecast = projector->add(run.next(1.8));
  EXPECT_TRUE(forecast.stable);
  EXPECT_EQ(projector->stability().phase, 2);
  EXPECT_EQ(projector->stability().since_epoch, 12);
}

TEST(OnlineProjectorPhases, TakesAChangeBackThatWasNone) {
  const auto projector = projector_of(epochs_planned(40));
  MadeUpRun run(4, 0.01);
  for (int i = 0; i < 10; ++i) projector->add(run.next());
  const std::int64_t since = projector->stability().since_epoch;
  for (int i = 0; i < 3; ++i) projector->add(run.next(1.4));
  EXPECT_THAT(projector->phase_changes(), ElementsAre(11));
  projector->add(run.next());
  EXPECT_THAT(projector->phase_changes(), IsEmpty());
  EXPECT_EQ(projector->stability().since_epoch, since);
  EXPECT_EQ(projector->stability().phase, 1);
}

TEST(OnlineProjectorPhases, DeclaredPhasesThatHaveNotBegunMakeItUnsure) {
  auto plan = epochs_planned(40);
  plan.phases = {10};
  const auto projector = projector_of(plan);
  const auto undeclared = projector_of(epochs_planned(40));
  MadeUpRun run(5, 0.01);
  Forecast forecast;
  Forecast blind;
  for (int i = 0; i < 10; ++i) {
    forecast = projector->add(run.next());
    blind = undeclared->add(run.epoch());
  }
  EXPECT_GT(forecast.energy->high->value(), 2.0 * blind.energy->high->value());
  EXPECT_GT(forecast.parts[3].energy.value(), 100e3);
  EXPECT_THAT(forecast.notes, Not(Contains("holds if no further phase comes")));
  for (int i = 0; i < 3; ++i) forecast = projector->add(run.next(1.05));
  EXPECT_EQ(forecast.phase, "phase 2") << "too small to be found";
  EXPECT_THAT(projector->phase_changes(), ElementsAre(11));
  EXPECT_NEAR(joules(forecast), 10e3 * (10 + 30 * 1.05), 8e3);
}

TEST(OnlineProjectorPhases, PhasesThatFillTheTotalAreAllDeclared) {
  auto all = epochs_planned(40);
  all.phases = {10, 30};
  auto rest = epochs_planned(40);
  rest.phases = {10};
  const auto one = projector_of(all);
  const auto other = projector_of(rest);
  MadeUpRun run(6, 0.02);
  for (int i = 0; i < 20; ++i) {
    run.next();
    EXPECT_EQ(joules(one->add(run.epoch())), joules(other->add(run.epoch())));
  }
}

TEST(OnlineProjectorPhases, ASignalledPhaseStartsAfresh) {
  const auto projector = projector_of(epochs_planned(40));
  MadeUpRun run(7, 0.01);
  for (int i = 0; i < 5; ++i) projector->add(run.next());
  projector->begin_phase();
  EXPECT_GT(projector->forecast().parts[3].energy.value(), 100e3);
  const Forecast forecast = projector->add(run.next(3.0));
  EXPECT_EQ(forecast.phase, "phase 2");
  EXPECT_THAT(projector->phase_changes(), ElementsAre(6));
  EXPECT_GT(joules(forecast), 900e3);
}

TEST(OnlineProjectorPhases, AChangeOfThePhasesNameIsASignal) {
  const auto projector = projector_of(epochs_planned(40));
  MadeUpRun run(8, 0.01);
  run.epoch().phase = "frozen";
  for (int i = 0; i < 5; ++i) projector->add(run.next());
  run.epoch().phase = "fine-tune";
  EXPECT_EQ(projector->add(run.next(3.0)).phase, "fine-tune");
  EXPECT_THAT(projector->phase_changes(), ElementsAre(6));
  EXPECT_EQ(projector->stability().phase, 2);
}

}  // namespace
}  // namespace joulecast::step
