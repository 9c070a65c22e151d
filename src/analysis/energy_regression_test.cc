#include "joulecast/analysis/energy_regression.h"

#include <gtest/gtest.h>

#include <cmath>

namespace joulecast::analysis {
namespace {

TEST(EnergyRegression, OfSingleTrainingsByHand) {
  const auto change = energy_change({{"a", {100.0}}}, {{"a", {110.0}}});
  ASSERT_TRUE(change.ok());
  EXPECT_NEAR(change->change, 0.1, 1e-12);
  // Two spreads of 1.4 % in squares; t of 90 % at 60 degrees of freedom is 1.6706.
  const double half = 1.670649 * kRepeatSpread * std::sqrt(2.0);
  EXPECT_NEAR(change->low, 1.1 * std::exp(-half) - 1.0, 1e-6);
  EXPECT_NEAR(change->high, 1.1 * std::exp(half) - 1.0, 1e-6);
  EXPECT_EQ(change->groups, 1U);
}

TEST(EnergyRegression, GroupsCountAlike) {
  const auto change = energy_change({{"a", {100.0}}, {"b", {1000.0}}, {"gone", {1.0}}},
                                    {{"a", {121.0}}, {"b", {1000.0}}, {"new", {7.0}}});
  EXPECT_NEAR(change->change, 0.1, 1e-12);
  EXPECT_EQ(change->groups, 2U);
  EXPECT_EQ(change->before, 2U);
}

TEST(EnergyRegression, WithoutACommonGroupAllAreOne) {
  const auto change =
      energy_change({{"x", {100.0}}, {"y", {100.0}}}, {{"z", {105.0}}, {"w", {105.0}}});
  EXPECT_NEAR(change->change, 0.05, 1e-12);
  EXPECT_EQ(change->groups, 0U);
  EXPECT_NEAR(change->low, 0.05, 1e-12);  // no spread at all
}

TEST(EnergyRegression, NothingToCompareIsAnError) {
  EXPECT_FALSE(energy_change({}, {{"a", {1.0}}}).ok());
  EXPECT_FALSE(energy_change({{"a", {1.0}}}, {}).ok());
}

}  // namespace
}  // namespace joulecast::analysis
