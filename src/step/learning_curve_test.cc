#include "step/learning_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace joulecast::step {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::Le;

// The value expected `ahead` evaluations from now, over all ways.
double expected(const Outlook& outlook, std::size_t ahead) {
  double sum = 0.0;
  for (const Continuation& way : outlook.continuations) sum += way.weight * way.mean[ahead - 1];
  return sum;
}

LearningCurve power_law(int values, double noise) {
  LearningCurve curve;
  Random random(1);
  for (int t = 1; t <= values; ++t) {
    curve.add(0.2 + 2.0 / std::sqrt(t) + noise * normal(random));
  }
  return curve;
}

TEST(Normal, HasUnitVariance) {
  Random random(7);
  constexpr int kDraws = 100'000;
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double z = normal(random);
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1.0, 0.01);
}

TEST(LearningCurve, KeepsABoundedNumberOfPoints) {
  const LearningCurve curve = power_law(100'000, 0.01);
  EXPECT_EQ(curve.size(), 100'000);
  EXPECT_THAT(curve.points(), AllOf(Ge(128U), Le(LearningCurve::kMostPoints)));
}

TEST(LearningCurve, WeightsSumToOne) {
  for (const int values : {4, 5, 6, 9, 50, 300}) {
    const Outlook outlook = power_law(values, 0.01).outlook(10);
    double sum = 0.0;
    for (const Continuation& way : outlook.continuations) {
      sum += way.weight;
      EXPECT_EQ(way.mean.size(), 10U);
      EXPECT_GE(way.drift, 0.0);
    }
    EXPECT_NEAR(sum, 1.0, 1e-12) << values;
    EXPECT_EQ(outlook.drift_shape.size(), 10U);
  }
}

TEST(LearningCurve, ContinuesAPowerLaw) {
  const Outlook outlook = power_law(50, 0.0005).outlook(50);
  EXPECT_NEAR(expected(outlook, 50), 0.2 + 2.0 / std::sqrt(100), 0.02);
}

TEST(LearningCurve, ContinuesAfterOldValuesWereAveraged) {
  const Outlook outlook = power_law(5000, 0.0005).outlook(1000);
  EXPECT_NEAR(expected(outlook, 1000), 0.2 + 2.0 / std::sqrt(6000), 0.002);
}

TEST(LearningCurve, SeesARiseAfterTheFall) {
  LearningCurve curve;
  Random random(2);
  for (int t = 1; t <= 60; ++t) {
    curve.add(std::exp(-t / 8.0) + 0.003 * t + 0.002 * normal(random));
  }
  EXPECT_GT(expected(curve.outlook(40), 40), 0.003 * 80);
}

TEST(LearningCurve, TellsNoiseFromTrend) {
  const Outlook smooth = power_law(60, 1e-4).outlook(1);
  const Outlook rough = power_law(60, 0.05).outlook(1);
  EXPECT_LT(smooth.noise, 0.01);
  EXPECT_THAT(rough.noise, AllOf(Ge(0.015), Le(0.06)));
}

TEST(LearningCurve, NoticesTheStepsOfAnAccuracy) {
  LearningCurve steps;
  Random random(3);
  for (int t = 1; t <= 60; ++t) {
    const double value = 0.1 + 1.0 / t + 0.01 * normal(random);
    steps.add(-std::nearbyint((1.0 - value) * 250.0) / 250.0);
  }
  EXPECT_NEAR(steps.outlook(1).quantum, 1.0 / 250.0, 1e-12);
  EXPECT_LT(power_law(60, 0.01).outlook(1).quantum, 1e-8);
}

TEST(LearningCurve, AConstantCurveGoesOn) {
  LearningCurve curve;
  for (int i = 0; i < 40; ++i) curve.add(0.5);
  const Outlook outlook = curve.outlook(20);
  EXPECT_NEAR(expected(outlook, 20), 0.5, 1e-9);
  EXPECT_LT(outlook.noise, outlook.quantum);
}

}  // namespace
}  // namespace joulecast::step
