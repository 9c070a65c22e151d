#include "pre/cross_plus.h"

#include <gtest/gtest.h>

#include <cmath>

namespace joulecast::pre {
namespace {

// Ten configurations of one row each, each its own fold; residuals in logs are 0.01 ... 0.10.
TEST(CrossPlus, BoundsAreTheRankedResidualsAroundTheFoldsAnswers) {
  std::vector<double> truth(10), estimate(10, 100.0);
  std::vector<std::size_t> group, fold;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    truth[i] = 100.0 * std::exp(0.01 * static_cast<double>(i + 1) * (i % 2 == 0 ? 1.0 : -1.0));
    group.push_back(i);
    fold.push_back(i);
  }
  const CrossPlus left_out = cross_plus(truth, estimate, group, fold);
  EXPECT_TRUE(left_out.logs);
  const std::vector<double> by_fold(10, 50.0);
  const auto bounds = interval(left_out, by_fold);  // rank ceil(0.9 x 11) = 10: the largest
  ASSERT_TRUE(bounds.has_value());
  EXPECT_NEAR(bounds->first, 50.0 * std::exp(-0.10), 1e-9);
  EXPECT_NEAR(bounds->second, 50.0 * std::exp(0.10), 1e-9);
}

TEST(CrossPlus, AConfigurationCountsOnceByItsMedianRow) {
  const std::vector<double> truth = {110.0, 120.0, 200.0}, estimate = {-1.0, 100.0, 100.0};
  const std::vector<std::size_t> group = {0, 1, 1}, fold = {0, 1};
  const CrossPlus left_out = cross_plus(truth, estimate, group, fold);
  EXPECT_FALSE(left_out.logs);  // an estimate was not above 0
  ASSERT_EQ(left_out.left_out.size(), 2u);
  EXPECT_DOUBLE_EQ(left_out.left_out[0].residual, 111.0);
  EXPECT_DOUBLE_EQ(left_out.left_out[1].residual, 60.0);
  EXPECT_EQ(left_out.left_out[1].fold, 1u);
  EXPECT_FALSE(interval(left_out, std::vector<double>{1.0, 2.0}).has_value());
}

TEST(CrossPlus, LowIsNeverBelowZero) {
  CrossPlus left_out;
  left_out.logs = false;
  for (std::size_t i = 0; i < 9; ++i) left_out.left_out.push_back({.fold = 0, .residual = 5.0});
  const auto bounds = interval(left_out, std::vector<double>{2.0});
  ASSERT_TRUE(bounds.has_value());
  EXPECT_EQ(bounds->first, 0.0);
  EXPECT_EQ(bounds->second, 7.0);
  left_out.logs = true;
  EXPECT_EQ(interval(left_out, std::vector<double>{-3.0})->first, 0.0);
}

}  // namespace
}  // namespace joulecast::pre
