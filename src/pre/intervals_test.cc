#include "pre/intervals.h"

#include <gtest/gtest.h>

#include <vector>

namespace joulecast::pre {
namespace {

TEST(Intervals, TheQuantileCountsTheNewValueToo) {
  // Of 9 values and one to come, the largest of the 9 is exceeded once in ten times.
  EXPECT_EQ(conformal_quantile({3, 1, 9, 2, 8, 4, 7, 5, 6}), 9.0);
  EXPECT_FALSE(conformal_quantile({3, 1, 8, 2, 4, 7, 5, 6}).has_value());
  EXPECT_FALSE(conformal_quantile({}).has_value());
  std::vector<double> values;
  for (int i = 1; i <= 99; ++i) values.push_back(i);
  EXPECT_EQ(conformal_quantile(values), 90.0);
}

TEST(Intervals, ScoresAreInTheModelsOwnUnits) {
  LeftOut one;
  one.time = one.power = true;
  one.error = {0.2, -0.1};
  one.covariance << 0.01, 0.0, 0.0, 0.0025;
  std::vector<LeftOut> all(20, one);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].group = i;
  const Widths widths = conformal_widths(all);
  EXPECT_NEAR(widths.time, 2.0, 1e-12);
  EXPECT_NEAR(widths.power, 2.0, 1e-12);
  // 0.1 / sqrt(0.0125) would be less than the model says of itself.
  EXPECT_NEAR(widths.energy, 1.5, 1e-12);
}

TEST(Intervals, FewCasesAreWide) {
  EXPECT_EQ(conformal_widths(std::vector<LeftOut>()).power, 2.5);
  LeftOut one;
  one.time = true;
  one.error = {0.4, 0.0};
  one.covariance << 0.01, 0.0, 0.0, 0.0;
  const Widths widths = conformal_widths(std::vector<LeftOut>{one});
  EXPECT_NEAR(widths.time, 4.0, 1e-12);
  EXPECT_EQ(widths.energy, 2.5);
}

}  // namespace
}  // namespace joulecast::pre
