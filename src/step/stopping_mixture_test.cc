#include "joulecast/step/stopping_mixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace joulecast::step {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// A projector that has seen `epochs` even epochs of 100 J and 10 s.
std::unique_ptr<OnlineProjector> even(int epochs, double total) {
  OnlinePlan plan;
  plan.total_work = total;
  auto projector = std::move(OnlineProjector::create(plan)).value();
  Epoch epoch;
  for (int i = 0; i < epochs; ++i) {
    epoch.number = i + 1;
    epoch.start_s = epoch.end_s;
    epoch.end_s += 10.0;
    epoch.energy = Joules(100.0 + (i % 2));
    projector->add(epoch);
  }
  return projector;
}

StoppingDistribution certain(int epoch) {
  StoppingDistribution stopping;
  stopping.earliest = stopping.first_epoch = epoch;
  stopping.latest = epoch;
  stopping.probability = {1.0};
  return stopping;
}

TEST(StoppingMixture, ACertainEpochIsTheForecastOfThatLength) {
  const auto projector = even(6, 50);
  const Forecast mixed = forecast_stopping(*projector, certain(20));
  const Forecast plain = projector->forecast_for(20);
  EXPECT_NEAR(mixed.energy->value / plain.energy->value, 1.0, 1e-6);
  EXPECT_NEAR(*mixed.energy->high / *plain.energy->high, 1.0, 1e-6);
  EXPECT_NEAR(mixed.duration->value / plain.duration->value, 1.0, 1e-6);
}

TEST(StoppingMixture, QuantilesFollowTheStoppingEpochs) {
  const auto projector = even(6, 100);
  StoppingDistribution stopping;
  stopping.earliest = stopping.first_epoch = 10;
  stopping.latest = 109;
  stopping.probability.assign(100, 0.01);
  const Forecast mixed = forecast_stopping(*projector, stopping);
  const double per_epoch = projector->forecast_for(60).energy->value.value() / 60.0;
  EXPECT_NEAR(mixed.energy->value.value() / per_epoch, 59.5, 1.0);
  EXPECT_NEAR(mixed.energy->low->value() / per_epoch, 15.0, 1.5);
  EXPECT_NEAR(mixed.energy->high->value() / per_epoch, 105.0, 2.0);
  EXPECT_EQ(mixed.parts.back().cause, "stopping");
  EXPECT_NEAR(mixed.parts.back().energy.value() / per_epoch,
              std::sqrt((100.0 * 100.0 - 1.0) / 12.0), 0.5);
  EXPECT_THAT(mixed.notes, Contains("stops after epoch 10 to 109"));
}

TEST(StoppingMixture, WithoutAMetricTheRulesOwnBoundsAreTheInterval) {
  const auto projector = even(6, 150);
  StoppingDistribution bounds;
  bounds.earliest = 21;
  bounds.latest = 150;
  const Forecast mixed = forecast_stopping(*projector, bounds);
  EXPECT_EQ(mixed.energy->low, projector->forecast_for(21).energy->low);
  EXPECT_EQ(mixed.energy->high, projector->forecast_for(150).energy->high);
  EXPECT_GT(mixed.energy->value, projector->forecast_for(21).energy->value);
  EXPECT_LT(mixed.energy->value, projector->forecast_for(150).energy->value);
}

TEST(StoppingMixture, WithoutAMetricAndACapThereIsNoAnswer) {
  const auto projector = even(6, 150);
  StoppingDistribution open;
  open.earliest = 21;
  const Forecast mixed = forecast_stopping(*projector, open);
  EXPECT_FALSE(mixed.energy);
  EXPECT_THAT(mixed.notes, Contains(HasSubstr("give max=")));
}

TEST(StoppingMixture, AMillionPossibleEpochsAreThinnedOut) {
  const auto projector = even(6, 150);
  StoppingDistribution bounds;
  bounds.earliest = 10;
  bounds.latest = 1'000'000;
  const Forecast mixed = forecast_stopping(*projector, bounds);
  ASSERT_TRUE(mixed.energy);
  EXPECT_TRUE(std::isfinite(mixed.energy->high->value()));
}

// An estimate before training: an epoch of 100 J, within a factor of 1.5, and 10 s.
Forecast estimated(int epochs) {
  Forecast total;
  total.energy = Estimate<Joules>{Joules(100.0 * epochs), Joules(100.0 / 1.5 * epochs),
                                  Joules(150.0 * epochs)};
  total.duration = Estimate<Seconds>{Seconds(10.0 * epochs), {}, {}};
  return total;
}

TEST(StoppingMixture, AnEstimateOfOneLengthIsThatLengths) {
  const Forecast mixed = forecast_stopping(estimated, certain(20));
  EXPECT_NEAR(mixed.energy->value.value(), 2000.0, 1e-3);
  EXPECT_NEAR(mixed.energy->high->value(), 3000.0, 1e-2);
  EXPECT_NEAR(mixed.duration->value.value(), 200.0, 1e-3);
}

TEST(StoppingMixture, TheRuleAloneGivesADistributionBetweenItsBounds) {
  const auto rule = parse_early_stopping("patience=10,max=100,every=3");
  ASSERT_TRUE(rule.ok());
  const StoppingDistribution stopping = stopping_by_rule(*rule);
  EXPECT_EQ(stopping.earliest, 33);  // the first evaluation is a best one
  double sum = 0.0;
  for (std::size_t i = 0; i < stopping.probability.size(); ++i) {
    const int epoch = stopping.first_epoch + static_cast<int>(i);
    EXPECT_TRUE(epoch % 3 == 0 || epoch == 100 || stopping.probability[i] == 0.0) << epoch;
    sum += stopping.probability[i];
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_EQ(stopping.quantile(1.0), 100);
  EXPECT_GT(*stopping.quantile(0.5), 33);
  const Forecast mixed = forecast_stopping(estimated, stopping);
  EXPECT_LT(mixed.energy->low->value(), 100.0 * *stopping.quantile(0.5));
  EXPECT_GT(mixed.energy->high->value(), 100.0 * *stopping.quantile(0.5));
}

TEST(StoppingMixture, ARuleThatCannotStopEarlyIsItsCap) {
  const auto rule = parse_early_stopping("patience=500,max=100");
  ASSERT_TRUE(rule.ok());
  const StoppingDistribution stopping = stopping_by_rule(*rule);
  EXPECT_EQ(stopping.quantile(0.01), 100);
  EXPECT_EQ(stopping.quantile(1.0), 100);
}

}  // namespace
}  // namespace joulecast::step
