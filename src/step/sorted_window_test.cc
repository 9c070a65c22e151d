#include "step/sorted_window.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <algorithm>
#include <cmath>
#include <vector>

namespace joulecast::step {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return sorted_median(values.data(), values.size());
}

TEST(SortedWindow, MedianOfOddAndEvenNumbers) {
  EXPECT_EQ(median({3, 1, 2}), 2.0);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median({7}), 7.0);
}

RC_GTEST_PROP(SortedWindow, AnswersAsSortingWould, ()) {
  SortedWindow<16> window;
  std::vector<double> values;  // oldest first
  const auto draws = *rc::gen::nonEmpty<std::vector<int>>();
  for (const int draw : draws) {
    const double value = draw % 10;  // with ties
    if (values.size() == 16) {
      window.erase(values.front());
      values.erase(values.begin());
    }
    window.insert(value);
    values.push_back(value);
    const double center = window.median();
    RC_ASSERT(center == median(values));
    for (const double from : {center, center + 3.25, -100.0, 100.0}) {
      std::vector<double> deviations;
      for (const double x : values) deviations.push_back(std::abs(x - from));
      RC_ASSERT(window.median_deviation(from) == median(deviations));
    }
  }
}

}  // namespace
}  // namespace joulecast::step
