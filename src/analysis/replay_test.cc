#include "joulecast/analysis/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::analysis {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Even epochs of 10 s, 100 samples and 1000 tokens each.
EpochRun even_run(int epochs, double energy_j = 100.0) {
  EpochRun run;
  for (int i = 0; i < epochs; ++i) {
    Epoch epoch;
    epoch.number = i + 1;
    epoch.start_s = 10.0 * i;
    epoch.end_s = 10.0 * (i + 1);
    epoch.energy = Joules(energy_j);
    epoch.samples = 100.0;
    epoch.tokens = 1000.0;
    run.epochs.push_back(epoch);
  }
  return run;
}

std::string error_of(const EpochRun& run, const ReplayRequest& request, const Plan& recorded = {}) {
  const auto result = replay("run.csv", run, recorded, request);
  return result ? "no error" : result.error().message;
}

TEST(Replay, EveryMethodAnswersForAnEvenRun) {
  for (const std::string_view method : kMethods) {
    ReplayRequest request;
    request.method = method;
    const auto result = replay("run.csv", even_run(20), {}, request);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->forecasts.size(), 20U);
    EXPECT_TRUE(result->complete);
    const Forecast& last = result->forecasts.back();
    EXPECT_EQ(last.method, method);
    EXPECT_NEAR(last.energy->value.value(), 2000.0, 1e-6) << method;
    EXPECT_FALSE(last.told.empty()) << method;
  }
}

TEST(Replay, ATrainingOfOneEpochIsProjectedFromItsBlocks) {
  ReplayRequest request;
  request.unit = WorkUnit::kTokens;
  request.total = 100'000.0;
  const auto result = replay("run.csv", even_run(10), {}, request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->complete);
  EXPECT_NEAR(result->forecasts.back().energy->value.value(), 10'000.0, 10.0);
  EXPECT_NEAR(result->forecasts.back().duration->value.value(), 1000.0, 1.0);
  EXPECT_THAT(result->forecasts.back().told, ElementsAre("tokens: 100000 (planned, by --tokens)"));
}

TEST(Replay, TheRecordingsOwnUnitCountsWhereNobodySaysAnother) {
  EpochRun run = even_run(4);
  run.epochs[0].samples = 300.0;  // a block thrice as large, and as costly
  run.epochs[0].energy = Joules(300.0);
  const auto result =
      replay("run.csv", run, {.unit = WorkUnit::kSamples, .total = {}, .duration = {}}, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->unit, WorkUnit::kSamples);
  EXPECT_NEAR(result->forecasts[1].energy->value.value(), 600.0, 6.0);
}

TEST(Replay, ForecastKUsesNothingAfterEpochK) {
  ReplayRequest request;
  request.total = 30.0;
  EpochRun odd = even_run(20);
  for (std::size_t i = 0; i < odd.epochs.size(); ++i)
    odd.epochs[i].energy = Joules(100.0 + static_cast<double>((i * 7) % 5));
  const auto whole = replay("run.csv", odd, {}, request);
  odd.epochs.resize(7);
  const auto part = replay("run.csv", odd, {}, request);
  for (std::size_t k = 0; k < 7; ++k) {
    EXPECT_EQ(part->forecasts[k].energy->value, whole->forecasts[k].energy->value);
    EXPECT_EQ(part->forecasts[k].energy->high, whole->forecasts[k].energy->high);
  }
}

TEST(Replay, EarlyStoppingIsAMixtureThatEndsWhereTheRuleStops) {
  EpochRun run = even_run(25);
  for (std::size_t i = 0; i < run.epochs.size(); ++i) {
    run.epochs[i].validation_loss = i < 20 ? 1.0 / static_cast<double>(i + 1) : 1.0;
  }
  ReplayRequest request;
  request.early_stopping = step::parse_early_stopping("patience=5,metric=val_loss,max=100").value();
  const auto result = replay("run.csv", run, {}, request);
  ASSERT_TRUE(result) << result.error().message;
  const Forecast& tenth = result->forecasts[9];
  EXPECT_GE(*tenth.energy->low, Joules(1400.0)) << "the best is in epoch 10; five more are certain";
  EXPECT_LE(*tenth.energy->high, Joules(10'500.0));
  EXPECT_NEAR(result->forecasts.back().energy->value.value(), 2500.0, 1.0)
      << "stopped after epoch 25";
}

TEST(Replay, ARecordingsOwnPlanCounts) {
  const Plan recorded{.unit = WorkUnit::kEpochs, .total = 60.0, .duration = {}};
  const auto result = replay("run.csv", even_run(20), recorded, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->complete);
  EXPECT_NEAR(result->forecasts.back().energy->value.value(), 6000.0, 10.0);
  EXPECT_THAT(result->forecasts.back().told, ElementsAre("epochs: 60 (planned, by the recording)"));
}

TEST(Replay, AMetricEveryFifthEpochIsEvaluatedEveryFifth) {
  EpochRun run = even_run(30);
  for (std::size_t i = 4; i < run.epochs.size(); i += 5) {
    run.epochs[i].validation_loss = 1.0 / static_cast<double>(i + 1);
  }
  ReplayRequest request;
  request.early_stopping = step::parse_early_stopping("patience=4,max=100").value();
  const auto result = replay("run.csv", run, {}, request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->complete) << "it improves all the time";
  EXPECT_GE(*result->forecasts.back().energy->low, Joules(4900.0))
      << "four more evaluations at least";
}

TEST(Replay, EvaluationsInsideTheirEpochsAreLearntAsLongEpochs) {
  EpochRun run = even_run(12);
  for (std::size_t i = 4; i < run.epochs.size(); i += 5) run.epochs[i].energy = Joules(130.0);
  ReplayRequest request;
  request.total = 60.0;
  request.evaluate_every = 5.0;
  const auto result = replay("run.csv", run, {}, request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_NEAR(result->forecasts.back().energy->value.value(), 6000.0 + 12 * 30.0, 60.0);
}

TEST(Replay, ContradictionsAreOneLine) {
  ReplayRequest request;
  EXPECT_THAT(error_of({}, request), HasSubstr("no epochs"));
  EXPECT_THAT(error_of(even_run(5, 0.0), request), HasSubstr("epoch 1 took 0 J"));
  request.total = 3.0;
  EXPECT_EQ(error_of(even_run(5), request),
            "--epochs 3 is less than the 5 epochs that run.csv holds; give the whole training's "
            "number, or leave it out");
  request.total = 30.0;
  request.phases = {10.0, 10.0};
  EXPECT_THAT(
      error_of(even_run(5), request),
      HasSubstr("the phases 10, 10 make 20 epochs, but the training has 30; end them with *"));
  request.phases = {30.0};
  request.open_phases = true;
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("nothing is left"));
  request = {};
  request.unit = WorkUnit::kSteps;
  request.total = 100.0;
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("epoch 1 does not say how many steps"));
  request = {};
  request.total = 1e300;
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("more than any training has"));
  request.total = 30.5;
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("a whole number of epochs"));
  request = {};
  request.duration = Seconds(10.0);
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("--duration 10 is less than the 50 s"));
  request = {};
  request.early_stopping = step::parse_early_stopping("patience=2,max=3").value();
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("max=3 is less than the 5 epochs"));
  request.method = "step-epoch";
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("leave those options out"));
  request = {};
  request.method = "step-epochs";
  EXPECT_THAT(error_of(even_run(5), request), HasSubstr("did you mean 'step-epoch'?"));
  request = {};
  request.early_stopping = step::parse_early_stopping("patience=5,metric=auc,max=100").value();
  EpochRun run = even_run(5);
  for (Epoch& epoch : run.epochs) epoch.validation_loss = 1.0;
  EXPECT_THAT(error_of(run, request), HasSubstr("no epoch has the metric 'auc'"));
}

}  // namespace
}  // namespace joulecast::analysis
