// Scores, ratios and moments of a comparison, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "joulecast/analysis/comparison_score.h"

namespace joulecast::analysis {
namespace {

MeasuredTraining training(double energy_j, const std::string& group = "g") {
  MeasuredTraining one;
  one.name = "run";
  one.group = group;
  one.energy = Joules(energy_j);
  one.duration = Seconds(10.0);
  return one;
}

MethodAnswer answer(const char* method, double energy_j) {
  return {.method = method, .energy = Joules(energy_j), .low = {}, .high = {}, .spent = 0.5};
}

const MethodScore& score_of(const Scores& scores, const std::string& name) {
  for (const MethodScore& one : scores.methods) {
    if (one.column->name == name) return one;
  }
  ADD_FAILURE() << name;
  return scores.methods.front();
}

TEST(ComparisonScore, ErrorsByHand) {
  Comparison comparison;
  comparison.add(training(100.0), {answer("carbontracker-1", 110.0)});
  comparison.add(training(200.0), {});
  comparison.add(training(300.0), {answer("carbontracker-1", 240.0)});
  const Scores scores = score(comparison);
  const MethodScore& one = score_of(scores, "carbontracker-1");
  EXPECT_EQ(one.answered, 2U);
  EXPECT_NEAR(one.rmse_j, std::sqrt((100.0 + 3600.0) / 2.0), 1e-9);
  EXPECT_NEAR(one.mape, 0.15, 1e-12);
  EXPECT_NEAR(one.median_ape, 0.15, 1e-12);
  EXPECT_NEAR(one.p90_ape, 0.19, 1e-12);
  EXPECT_NEAR(*one.r2, 1.0 - 3700.0 / 20000.0, 1e-12);
  EXPECT_FALSE(one.coverage);
  EXPECT_FALSE(one.existing);
  EXPECT_EQ(scores.resampling.units, 3U);
}

TEST(ComparisonScore, CoverageCountsTheIntervalsThatAreThere) {
  Comparison comparison;
  MethodAnswer inside = answer("joulecast@3", 90.0);
  inside.low = Joules(80.0);
  inside.high = Joules(100.0);
  MethodAnswer outside = inside;
  outside.high = Joules(99.0);
  comparison.add(training(100.0), {inside});
  comparison.add(training(100.0), {outside});
  comparison.add(training(100.0), {answer("joulecast@3", 100.0)});
  const Scores scores = score(comparison);
  EXPECT_NEAR(*score_of(scores, "joulecast@3").coverage, 0.5, 1e-12);
  EXPECT_FALSE(score_of(scores, "joulecast@3").r2);  // all truths are equal
}

// Ours errs by 1 J, Carbontracker by 3, ML CO2 by 10.
Comparison three_methods(std::size_t groups) {
  Comparison comparison;
  for (std::size_t i = 0; i < 24; ++i) {
    const double truth = 100.0 + static_cast<double>(i);
    comparison.add(training(truth, std::to_string(i % groups)),
                   {answer("carbontracker-1", truth + 3.0), answer("ml-co2", truth - 10.0),
                    answer("step-epoch", truth - 1.0)});
  }
  return comparison;
}

TEST(ComparisonScore, RatioIsAgainstTheBestTool) {
  const Comparison comparison = three_methods(3);
  const Scores scores = score(comparison);
  const MethodScore& ours = score_of(scores, "step-epoch");
  ASSERT_TRUE(ours.existing && ours.rated);
  EXPECT_EQ(ours.existing->against, "carbontracker-1");
  EXPECT_NEAR(ours.existing->value, 3.0, 1e-9);
  EXPECT_NEAR(ours.existing->low, 3.0, 1e-9);
  EXPECT_EQ(ours.existing->trainings, 24U);
  EXPECT_EQ(ours.rated->against, "ml-co2");
  EXPECT_NEAR(ours.rated->value, 10.0, 1e-9);
  EXPECT_FALSE(scores.resampling.set_ups);
}

TEST(ComparisonScore, ManySetUpsAreDrawnWhole) {
  const Comparison comparison = three_methods(12);
  const Scores scores = score(comparison);
  EXPECT_TRUE(scores.resampling.set_ups);
  EXPECT_EQ(scores.resampling.units, 12U);
}

TEST(ComparisonScore, AMethodWithoutErrorHasNoRatio) {
  Comparison comparison;
  for (const double truth : {100.0, 200.0}) {
    comparison.add(training(truth), {answer("ml-co2", 1.0), answer("step-epoch", truth)});
  }
  EXPECT_FALSE(score_of(score(comparison), "step-epoch").existing);
}

TEST(ComparisonScore, AToolThatRarelyAnswersDoesNotCount) {
  Comparison comparison;
  for (int i = 0; i < 10; ++i) {
    std::vector<MethodAnswer> said = {answer("step-epoch", 101.0), answer("ml-co2", 120.0)};
    if (i < 8) said.push_back(answer("carbontracker-1", 100.5));
    comparison.add(training(100.0), said);
  }
  EXPECT_EQ(score_of(score(comparison), "step-epoch").existing->against, "ml-co2");
}

TEST(Comparison, MethodsComeInTheirOrderAndMomentsByNumber) {
  Comparison comparison;
  comparison.add(training(100.0), {answer("joulecast@15", 1.0), answer("joulecast@3", 1.0),
                                   answer("green-algorithms", 1.0)});
  std::vector<std::string> names;
  for (const MethodColumn* column : comparison.columns()) names.push_back(column->name);
  EXPECT_THAT(names, testing::ElementsAre("green-algorithms", "joulecast@3", "joulecast@15"));
}

TEST(Comparison, MomentsFollowTheTrack) {
  Comparison comparison;
  std::vector<TrackPoint> track;
  for (int epoch = 1; epoch < 10; ++epoch) {
    track.push_back({.epochs = epoch,
                     .spent = 0.1 * epoch,
                     .energy = Joules(100.0 + epoch),
                     .low = Joules(90.0),
                     .high = Joules(epoch < 5 ? 110.0 : 99.0)});
  }
  comparison.add(training(100.0), {}, track);
  // After a tenth of ten epochs: one; before that there is nothing.
  EXPECT_TRUE(comparison.moments()[0].errors.empty());
  EXPECT_NEAR(comparison.moments()[1].errors.at(0), 0.01, 1e-12);
  EXPECT_NEAR(comparison.moments()[18].errors.at(0), 0.09, 1e-12);
  EXPECT_EQ(comparison.moments()[1].within, 1U);
  EXPECT_EQ(comparison.moments()[18].within, 0U);
}

}  // namespace
}  // namespace joulecast::analysis
