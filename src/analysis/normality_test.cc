#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

void expect_normality(const Result<Normality>& result, double statistic, double p_value) {
  ASSERT_TRUE(result.ok()) << result.error().message;
  expect_number(result->statistic, statistic);
  expect_p(result->p_value, p_value);
}

TEST(ShapiroWilk, AsSciPy) {
  const auto measured = measured_groups();
  expect_normality(shapiro_wilk(measured[0]), 0.963758389474206, 0.836721226671723);
  expect_normality(shapiro_wilk(measured[1]), 0.99110401600322, 0.995081913316234);
  expect_normality(shapiro_wilk(tied_groups()[0]), 0.914078141007253, 0.492481039701536);
  Group twelve{"twelve", std::vector<double>(12)};
  std::iota(twelve.values.begin(), twelve.values.end(), 1.0);
  expect_normality(shapiro_wilk(twelve), 0.966896363333252, 0.875731443873002);
}

TEST(ShapiroWilk, TheLargestSampleItIsMadeFor) {
  expect_normality(shapiro_wilk({"all", skewed_values(kLargestShapiroWilk)}), 0.895210055047658,
                   5.31785811347071e-50);
}

TEST(ShapiroWilk, Refuses) {
  expect_refusal(shapiro_wilk({"two", {1.0, 2.0}}), "group 'two' has 2 values, 3 are needed");
  expect_refusal(shapiro_wilk({"same", {4.0, 4.0, 4.0}}), "one and the same value 3 times");
  expect_refusal(shapiro_wilk({"many", skewed_values(kLargestShapiroWilk + 1)}), "5001 values");
  expect_refusal(shapiro_wilk({"bad", {1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}}),
                 "not finite");
}

TEST(DAgostinoPearson, AsSciPy) {
  expect_normality(dagostino_pearson({"all", skewed_values(5000)}), 840.932344183298,
                   2.47663287575223e-183);
  Group thirty{"thirty", {}};
  for (int i = 0; i < 30; ++i) thirty.values.push_back(i * i % 37);
  expect_normality(dagostino_pearson(thirty), 14.1432083449234, 0.00084887028202413);
}

TEST(Normality, BySize) {
  EXPECT_EQ(normality({"few", skewed_values(5000)})->test, "Shapiro-Wilk");
  EXPECT_EQ(normality({"many", skewed_values(5001)})->test, "D'Agostino-Pearson");
}

}  // namespace
}  // namespace joulecast::analysis
