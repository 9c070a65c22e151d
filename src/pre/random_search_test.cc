#include "pre/random_search.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pre/published_test_data.h"

namespace joulecast::pre {
namespace {

TEST(PriorDraws, AreTheSameForASeedOnEveryMachine) {
  PriorDraws draws(0);
  const HyperParameters first = draws.next(Method::kKernelRidge);
  // std::mt19937_64 of seed 0 begins with 2947667278772165694, 18301848765998365067.
  EXPECT_DOUBLE_EQ(
      first.alpha,
      -0.01 * std::log1p(-static_cast<double>(2947667278772165694ULL >> 11U) * 0x1p-53));
  EXPECT_DOUBLE_EQ(
      first.gamma,
      -0.01 * std::log1p(-static_cast<double>(18301848765998365067ULL >> 11U) * 0x1p-53));
}

TEST(PriorDraws, HaveThePublishedMeans) {
  constexpr int kDraws = 200000;
  constexpr double kWithin = 0.01;
  PriorDraws draws(7);
  double ridge_alpha = 0.0, alpha = 0.0, gamma = 0.0, c = 0.0, epsilon = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    ridge_alpha += draws.next(Method::kRidge).alpha / kDraws;
    alpha += draws.next(Method::kKernelRidge).alpha / kDraws;
    const HyperParameters svr = draws.next(Method::kSupportVector);
    gamma += svr.gamma / kDraws;
    c += svr.c / kDraws;
    epsilon += svr.epsilon / kDraws;
  }
  EXPECT_NEAR(ridge_alpha / 0.1, 1.0, kWithin);
  EXPECT_NEAR(alpha / 0.01, 1.0, kWithin);
  EXPECT_NEAR(gamma / 0.01, 1.0, kWithin);
  EXPECT_NEAR(c / 300.0, 1.0, kWithin);
  EXPECT_NEAR(epsilon / 1.0, 1.0, kWithin);
}

class RandomSearch : public testing::Test {
 protected:
  Problem problem_ = *make_problem(test_observations(), Target::kPower);
};

TEST_F(RandomSearch, TakesTheBestDrawWhateverTheThreads) {
  const auto one = random_search(problem_, Method::kKernelRidge, 40, 3, 1);
  const auto four = random_search(problem_, Method::kKernelRidge, 40, 3, 4);
  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(one->scores, four->scores);
  EXPECT_EQ(one->score, *std::max_element(one->scores.begin(), one->scores.end()));
  EXPECT_EQ(one->best.gamma, four->best.gamma);
  EXPECT_DOUBLE_EQ(*score_on_folds(problem_, Method::kKernelRidge, one->best), one->score);
  EXPECT_NE(random_search(problem_, Method::kKernelRidge, 40, 4, 1)->best.gamma, one->best.gamma);
}

TEST_F(RandomSearch, NeedsRows) {
  auto few = test_observations();
  few.resize(9);
  const auto problem = make_problem(few, Target::kPower);
  ASSERT_TRUE(problem.ok());
  const auto result = random_search(*problem, Method::kRidge, 10, 0, 1);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "a random search on 5 folds needs 10 rows or more, not 9");
}

TEST_F(RandomSearch, RowsThatAllAgreeCannotBeScored) {
  auto same = test_observations();
  for (auto& one : same) one.power = Watts(100.0);
  const auto problem = make_problem(same, Target::kPower);
  const auto result = random_search(*problem, Method::kRidge, 5, 0, 2);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message,
            "random search: no draw could be fitted and scored in every fold");
}

}  // namespace
}  // namespace joulecast::pre
