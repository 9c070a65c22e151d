#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/statistics_samples.h"
#include "joulecast/analysis/post_hoc.h"

namespace joulecast::analysis {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

// As statsmodels' multipletests().
TEST(MultipleComparison, ThreeCorrections) {
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005, 0.6};
  EXPECT_THAT(
      correct_p_values(p, Correction::kHolm).value(),
      ElementsAre(DoubleEq(0.04), DoubleEq(0.09), DoubleEq(0.09), DoubleEq(0.025), DoubleEq(0.6)));
  EXPECT_THAT(
      correct_p_values(p, Correction::kBonferroni).value(),
      ElementsAre(DoubleEq(0.05), DoubleEq(0.2), DoubleEq(0.15), DoubleEq(0.025), DoubleEq(1.0)));
  EXPECT_THAT(
      correct_p_values(p, Correction::kBenjaminiHochberg).value(),
      ElementsAre(DoubleEq(0.025), DoubleEq(0.05), DoubleEq(0.05), DoubleEq(0.025), DoubleEq(0.6)));
}

TEST(MultipleComparison, NoTestsAndNoPValues) {
  EXPECT_TRUE(correct_p_values({}, Correction::kHolm).value().empty());
  expect_refusal(correct_p_values(std::vector<double>{0.1, 1.5}, Correction::kHolm),
                 "1.5 is not a p-value");
}

}  // namespace
}  // namespace joulecast::analysis
