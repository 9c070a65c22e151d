#include "joulecast/analysis/test_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

using ::testing::HasSubstr;

TEST(TestChoice, NormalOfUnequalSpread) {
  const auto choice = choose_test(measured_groups());
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->test, GroupTest::kWelchAnova);
  EXPECT_EQ(choice->post_hoc, PostHoc::kGamesHowell);
  EXPECT_EQ(choice->effect_size, EffectSize::kEtaSquared);
  EXPECT_EQ(choice->reason,
            "Welch ANOVA and Games-Howell, since no group departs from normal (lowest: group "
            "'resnet50', Shapiro-Wilk p = 0.84) and variances differ (Levene p = 0.00038); in "
            "groups of fewer than 8 values only gross departures show.");
}

TEST(TestChoice, NormalOfEqualSpread) {
  const auto choice = choose_test(tied_groups());
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->test, GroupTest::kAnova);
  EXPECT_EQ(choice->post_hoc, PostHoc::kTukeyKramer);
  EXPECT_THAT(choice->reason, HasSubstr("variances are alike (Levene p = 1)"));
}

TEST(TestChoice, SkewedOrConstantGroupsAreRanked) {
  const auto skewed = choose_test(
      std::vector<Group>{{"skewed", skewed_values(60)}, {"few", {0.3, 0.5, 0.7, 0.4, 0.6}}});
  ASSERT_TRUE(skewed.ok());
  EXPECT_EQ(skewed->test, GroupTest::kKruskalWallis);
  EXPECT_EQ(skewed->post_hoc, PostHoc::kDunn);
  EXPECT_EQ(skewed->effect_size, EffectSize::kRankEtaSquared);
  EXPECT_THAT(skewed->reason, HasSubstr("1 of 2 groups is not normal (group 'skewed'"));

  const auto constant =
      choose_test(std::vector<Group>{{"still", {1.0, 1.0, 1.0}}, {"moving", {1.0, 2.0, 4.0}}});
  ASSERT_TRUE(constant.ok());
  EXPECT_EQ(constant->test, GroupTest::kKruskalWallis);
  EXPECT_FALSE(constant->normality[0].has_value());
  EXPECT_THAT(constant->reason, HasSubstr("'still' is constant"));
  EXPECT_THAT(constant->reason, HasSubstr("p-values are rough"));
}

TEST(TestChoice, Refuses) {
  const std::vector<Group> good{{"a", {1.0, 2.0, 4.0}}, {"b", {1.0, 3.0, 4.0}}};
  expect_refusal(choose_test(std::span(good).first(1)), "only one group");
  expect_refusal(choose_test(std::vector<Group>{good[0], {"c", {1.0, 2.0}}}),
                 "group 'c' has 2 values, 3 are needed");
  expect_refusal(choose_test(std::vector<Group>{{"a", {1.0, 1.0, 1.0}}, {"b", {2.0, 2.0, 2.0}}}),
                 "the values of every group are all equal");
  expect_refusal(choose_test(std::vector<Group>{good[0], {"many", skewed_values(301)}}),
                 "more than 100 times as many");
  expect_refusal(choose_test(good, {.alpha = 0.0, .smallest_group = 3, .largest_imbalance = 9.0}),
                 "alpha");
}

// Two levels each, `values` in every cell, moved by the cell's number.
Result<TwoWayChoice> choose_cells(const std::vector<double>& values, double spread) {
  std::vector<double> response;
  Factor first{"gpu", {"x", "y"}, {}}, second{"network", {"a", "b"}, {}};
  for (std::size_t cell = 0; cell < 4; ++cell) {
    for (const double value : values) {
      response.push_back(static_cast<double>(cell) + value * (cell == 0 ? spread : 1.0));
      first.level.push_back(cell / 2);
      second.level.push_back(cell % 2);
    }
  }
  return choose_two_way(response, first, second);
}

TEST(TwoWayChoice, ByResidualsAndVariances) {
  const std::vector<double> even{-2.0, -1.1, -0.5, 0.0, 0.6, 1.0, 2.0};
  EXPECT_EQ(choose_cells(even, 1.0)->test, TwoWayTest::kAnova);
  EXPECT_EQ(choose_cells(even, 40.0)->test, TwoWayTest::kAlignedRankTransform);
  const auto skewed = choose_cells(skewed_values(60), 1.0);
  ASSERT_TRUE(skewed.ok());
  EXPECT_EQ(skewed->test, TwoWayTest::kAlignedRankTransform);
  EXPECT_THAT(skewed->reason, HasSubstr("residuals are not normal (Shapiro-Wilk"));
}

}  // namespace
}  // namespace joulecast::analysis
