#include "joulecast/analysis/pareto.h"

#include <gtest/gtest.h>

#include <limits>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

std::vector<Alternative> networks() {
  return {{"vgg16", 100.0, 0.91},
          {"mobilenet_v2", 20.0, 0.90},
          {"resnet50", 50.0, 0.95},
          {"xception", 60.0, 0.95},
          {"nasnet", 20.0, 0.85}};
}

TEST(ParetoFront, WhatNothingBeats) {
  const auto front = pareto_front(networks());
  ASSERT_TRUE(front.ok());
  ASSERT_EQ(front->size(), 2U);
  EXPECT_EQ((*front)[0].alternative, 1U);
  EXPECT_FALSE((*front)[0].marginal_j.has_value());
  EXPECT_EQ((*front)[1].alternative, 2U);
  expect_number((*front)[1].marginal_j.value(), 600.0);  // 30 J for 0.05
}

TEST(ParetoFront, EqualsStayTogether) {
  const auto front = pareto_front(std::vector<Alternative>{{"a", 1.0, 0.5}, {"b", 1.0, 0.5}});
  ASSERT_TRUE(front.ok());
  EXPECT_EQ(front->size(), 2U);
  EXPECT_FALSE((*front)[1].marginal_j.has_value());
  EXPECT_TRUE(pareto_front({}).value().empty());
}

TEST(LargestSaving, WithinAToleratedLoss) {
  const auto all = networks();
  const auto from_best = largest_saving(all, 2, 0.02);
  ASSERT_TRUE(from_best.ok());
  EXPECT_FALSE(from_best->has_value());
  const auto wider = largest_saving(all, 2, 0.06);
  ASSERT_TRUE(wider.ok() && wider->has_value());
  EXPECT_EQ((*wider)->to, 1U);
  expect_number((*wider)->energy, 0.6);
  expect_number((*wider)->loss, 0.05 / 0.95);
  const auto gain = largest_saving(all, 0, 0.0);
  ASSERT_TRUE(gain.ok() && gain->has_value());
  EXPECT_EQ((*gain)->to, 2U);
  EXPECT_LT((*gain)->loss, 0.0);
}

TEST(LargestSaving, ALossOfExactlyWhatIsTolerated) {
  const std::vector<Alternative> two{{"a", 2.0, 0.5}, {"b", 1.0, 0.49}};
  EXPECT_TRUE(largest_saving(two, 0, 0.02).value().has_value());
}

TEST(Tradeoff, Refuses) {
  expect_refusal(pareto_front(std::vector<Alternative>{{"a", 0.0, 0.5}}), "energy of 0 J");
  expect_refusal(
      pareto_front(std::vector<Alternative>{{"a", 1.0, std::numeric_limits<double>::infinity()}}),
      "not finite");
  expect_refusal(largest_saving(networks(), 9, 0.02), "no alternative 9");
  expect_refusal(largest_saving(networks(), 0, -0.1), "tolerated loss");
  expect_refusal(largest_saving(std::vector<Alternative>{{"a", 1.0, 0.0}}, 0, 0.1), "above 0");
}

}  // namespace
}  // namespace joulecast::analysis
