#include "analysis/moments.h"

#include <gtest/gtest.h>

#include <vector>

namespace joulecast::analysis {
namespace {

TEST(Sum, KeepsWhatPlainAdditionLoses) {
  Sum sum;
  for (const double term : {1e16, 1.0, -1e16}) sum.add(term);
  EXPECT_EQ(sum.value(), 1.0);
}

TEST(Moments, OfSmallDifferencesFarFromZero) {
  const Moments moments = moments_of(std::vector<double>{1e9 + 1.0, 1e9 + 2.0, 1e9 + 4.5});
  EXPECT_DOUBLE_EQ(moments.mean, 1e9 + 2.5);
  EXPECT_DOUBLE_EQ(moments.sum_squares, 6.5);
  EXPECT_DOUBLE_EQ(moments.variance(), 3.25);
}

TEST(Moments, EqualValuesHaveNoSpreadAtAll) {
  const Moments moments = moments_of(std::vector<double>{0.1, 0.1, 0.1});
  EXPECT_EQ(moments.mean, 0.1);
  EXPECT_EQ(moments.sum_squares, 0.0);
}

}  // namespace
}  // namespace joulecast::analysis
