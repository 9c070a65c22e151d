// Small groups whose results are known from SciPy 1.17, pingouin 0.7 and scikit-posthocs 0.17.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {

/// Measurements of unequal spread.
inline std::vector<Group> measured_groups() {
  return {{"resnet50", {44.2, 45.1, 43.9, 44.7, 45.3, 44.4, 44.9, 45.6, 44.1}},
          {"mobilenet_v2", {39.5, 41.2, 40.3, 42.8, 38.7, 40.9, 41.6}},
          {"vgg16", {47.1, 46.2, 52.4, 49.8, 44.4, 55.1, 41.9, 50.3}}};
}

/// Small whole numbers, many of them equal.
inline std::vector<Group> tied_groups() {
  return {{"a", {3, 1, 2, 2, 5}}, {"b", {2, 4, 4, 5, 5, 6}}, {"c", {6, 6, 7, 5, 8, 4}}};
}

/// `count` even numbers between 0 and 1, squared: skewed, and the same on every machine.
inline std::vector<double> skewed_values(std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 1; i <= count; ++i) {
    const double turn = static_cast<double>(i) * 0.6180339887498949;
    const double part = turn - std::floor(turn);
    values.push_back(part * part);
  }
  return values;
}

inline void expect_number(double ours, double known) {
  EXPECT_NEAR(ours, known, 1e-9 * std::max(1.0, std::abs(known)));
}

inline void expect_p(double ours, double known) { EXPECT_NEAR(ours, known, 1e-6 * known); }

/// A refusal: one line that holds `part`.
template <typename T>
void expect_refusal(const Result<T>& result, const std::string& part) {
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
  EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
}

}  // namespace joulecast::analysis
