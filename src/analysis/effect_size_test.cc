#include <gtest/gtest.h>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

// By hand: the pairs, row by row, are -++, -0+, ---; the variance of d is 22/81.
TEST(CliffsDelta, ByHand) {
  const auto result = cliffs_delta({"a", {4.0, 2.0, 0.0}}, {"b", {5.0, 2.0, 1.0}});
  ASSERT_TRUE(result.ok());
  const double d = -2.0 / 9.0, rest = 77.0 / 81.0;
  const double z2_variance = 1.95996398454005 * 1.95996398454005 * 22.0 / 81.0;
  const double reach = std::sqrt(z2_variance) * std::sqrt(rest * rest + z2_variance);
  expect_number(result->delta, d);
  expect_number(result->lower, (d * rest - reach) / (rest + z2_variance));
  expect_number(result->upper, (d * rest + reach) / (rest + z2_variance));
  EXPECT_EQ(result->magnitude, "small");
}

TEST(CliffsDelta, Mirrored) {
  const auto groups = tied_groups();
  const auto there = cliffs_delta(groups[0], groups[1]), back = cliffs_delta(groups[1], groups[0]);
  expect_number(there->delta, -0.6);
  expect_number(back->delta, 0.6);
  expect_number(there->lower, -back->upper);
  expect_number(there->upper, -back->lower);
  EXPECT_EQ(there->magnitude, "large");
}

TEST(CliffsDelta, GroupsThatDoNotOverlap) {
  const auto groups = measured_groups();
  const auto above = cliffs_delta(groups[0], groups[1]);
  const double z2 = 1.95996398454005 * 1.95996398454005;
  EXPECT_EQ(above->delta, 1.0);
  EXPECT_EQ(above->upper, 1.0);
  expect_number(above->lower, (7.0 - z2) / (7.0 + z2));
  const auto below = cliffs_delta(groups[1], groups[0]);
  EXPECT_EQ(below->delta, -1.0);
  EXPECT_EQ(below->lower, -1.0);
  expect_number(below->upper, -(7.0 - z2) / (7.0 + z2));
}

TEST(CliffsDelta, EqualConstantGroupsDoNotDiffer) {
  const auto result = cliffs_delta({"a", {1.0, 1.0, 1.0}}, {"b", {1.0, 1.0}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->delta, 0.0);
  EXPECT_LT(result->lower, 0.0);
}

TEST(CliffsDelta, AMillionValues) {
  auto values = skewed_values(1'000'000);
  Group all{"all", values};
  for (double& value : values) value *= 1.5;
  const auto result = cliffs_delta(all, {"scaled", values});
  ASSERT_TRUE(result.ok());
  // P(X^2 > 1.5 Y^2) = P(Y < X / sqrt(1.5)) = 1 / (2 sqrt(1.5)) for even X and Y.
  EXPECT_NEAR(result->delta, 2.0 * (0.5 / std::sqrt(1.5)) - 1.0, 1e-5);
}

TEST(CliffsDelta, Refuses) {
  expect_refusal(cliffs_delta({"a", {1.0}}, {"b", {1.0, 2.0}}), "group 'a' has 1 value");
  expect_refusal(cliffs_delta({"a", {1.0, 3.0}}, {"b", {1.0, 2.0}}, 1.0), "not between 0 and 1");
}

TEST(Median, OfOddAndEven) {
  EXPECT_EQ(median(std::vector<double>{3.0, 1.0, 2.0}).value(), 2.0);
  EXPECT_EQ(median(std::vector<double>{4.0, 1.0, 2.0, 9.0}).value(), 3.0);
  expect_refusal(median({}), "no values");
}

}  // namespace
}  // namespace joulecast::analysis
