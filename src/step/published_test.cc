#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/step/projector.h"

namespace joulecast::step {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Epochs of 10 s each with the given energies.
std::vector<Forecast> project(PublishedMethod method, const Told& told,
                              const PublishedOptions& options,
                              const std::vector<double>& energies_j) {
  auto projector = make_published(method, told, options);
  EXPECT_TRUE(projector.ok());
  std::vector<Forecast> forecasts;
  Epoch epoch;
  for (const double energy_j : energies_j) {
    epoch.start_s = epoch.end_s;
    epoch.end_s += 10.0;
    epoch.energy = Joules(energy_j);
    epoch.energy_origin = Origin::kCounter;
    forecasts.push_back((*projector)->add(epoch));
  }
  return forecasts;
}

Told epochs(double n) {
  return {.epochs = n, .epochs_from = "planned", .duration = {}, .duration_from = ""};
}

TEST(Published, StepEpochIsTheEpochsBeforeTheWindowPlusTheWindowsMeanForTheRest) {
  const auto forecasts =
      project(PublishedMethod::kStepEpoch, epochs(10),
              {.first_epochs = 1, .stabilizing_epochs = 2, .window = 2, .coverage = 0.9},
              {50, 70, 100, 110, 900});
  EXPECT_FALSE(forecasts[0].energy);
  EXPECT_FALSE(forecasts[2].energy);
  // 50 + 70 before the window, then a mean of 105 for the eight epochs from the third on.
  EXPECT_DOUBLE_EQ(forecasts[3].energy->value.value(), 120.0 + 8.0 * 105.0);
  EXPECT_DOUBLE_EQ(forecasts[3].duration->value.value(), 100.0);
  EXPECT_DOUBLE_EQ(forecasts[3].power->value.value(), 9.6);
  EXPECT_THAT(forecasts[3].told, ElementsAre("epochs: 10 (planned)"));
  EXPECT_THAT(forecasts[3].origins, ElementsAre(Origin::kCounter));
  EXPECT_LT(*forecasts[3].energy->low, forecasts[3].energy->value);
  EXPECT_GT(*forecasts[3].energy->high, forecasts[3].energy->value);
  // The published rule does not learn from later epochs.
  EXPECT_EQ(forecasts[4].energy->value, forecasts[3].energy->value);
  EXPECT_EQ(forecasts[4].epochs_seen, 5);
}

TEST(Published, StepPowerIsTheWindowsMeanPowerTimesTheDurationItIsTold) {
  const Told told{
      .epochs = {}, .epochs_from = "", .duration = Seconds(500.0), .duration_from = "true"};
  const auto forecasts = project(
      PublishedMethod::kStepPower, told,
      {.first_epochs = 1, .stabilizing_epochs = 1, .window = 2, .coverage = 0.9}, {10, 100, 120});
  EXPECT_FALSE(forecasts[1].energy);
  EXPECT_DOUBLE_EQ(forecasts[2].power->value.value(), 11.0);
  EXPECT_DOUBLE_EQ(forecasts[2].energy->value.value(), 5500.0);
  EXPECT_DOUBLE_EQ(forecasts[2].duration->value.value(), 500.0);
  EXPECT_FALSE(forecasts[2].duration->low) << "what is told has no interval of ours";
  EXPECT_THAT(forecasts[2].told, ElementsAre("duration: 500 s (true)"));
}

TEST(Published, StepPowerWithoutADurationHasNoAnswer) {
  const auto forecasts = project(
      PublishedMethod::kStepPower, epochs(10),
      {.first_epochs = 1, .stabilizing_epochs = 0, .window = 1, .coverage = 0.9}, {10, 100});
  EXPECT_FALSE(forecasts[1].energy);
}

TEST(Published, FirstEpochIsTakenForAllAndHasNoInterval) {
  const auto forecasts = project(PublishedMethod::kFirstEpochs, epochs(30), {}, {40, 50});
  EXPECT_DOUBLE_EQ(forecasts[0].energy->value.value(), 1200.0);
  EXPECT_FALSE(forecasts[0].energy->low);
  EXPECT_FALSE(forecasts[0].stable);
  EXPECT_DOUBLE_EQ(forecasts[1].energy->value.value(), 1200.0);
}

TEST(Published, AFinishedTrainingIsCertain) {
  const auto forecasts = project(
      PublishedMethod::kStepEpoch, epochs(3),
      {.first_epochs = 1, .stabilizing_epochs = 1, .window = 2, .coverage = 0.9}, {10, 20, 40});
  EXPECT_DOUBLE_EQ(forecasts[2].energy->value.value(), 70.0);
  EXPECT_DOUBLE_EQ(forecasts[2].energy->low->value(), 70.0);
  EXPECT_DOUBLE_EQ(forecasts[2].energy->high->value(), 70.0);
}

TEST(Published, OptionsOutsideTheirRangeAreErrors) {
  const auto no_window =
      make_published(PublishedMethod::kStepEpoch, epochs(3),
                     {.first_epochs = 1, .stabilizing_epochs = 1, .window = 0, .coverage = 0.9});
  ASSERT_FALSE(no_window);
  EXPECT_EQ(no_window.error().message, "the window must be at least 1 epoch");
  const auto no_epochs = make_published(PublishedMethod::kStepEpoch, epochs(0), {});
  ASSERT_FALSE(no_epochs);
  EXPECT_THAT(no_epochs.error().message, HasSubstr("at least 1"));
}

TEST(Published, NamesGoBothWays) {
  for (const auto method :
       {PublishedMethod::kFirstEpochs, PublishedMethod::kStepPower, PublishedMethod::kStepEpoch}) {
    EXPECT_EQ(published_method(to_string(method)), method);
  }
  EXPECT_FALSE(published_method("step"));
}

}  // namespace
}  // namespace joulecast::step
