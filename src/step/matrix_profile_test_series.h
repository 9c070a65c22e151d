// Series of the kinds that a power trace can be made of, for tests.
#pragma once

#include <rapidcheck.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace joulecast::step {

enum class TestSeries : std::uint8_t { kRandom, kConstant, kSteps, kHoles, kQuantised };

inline const char* name_of(TestSeries kind) {
  switch (kind) {
    case TestSeries::kRandom:
      return "random";
    case TestSeries::kConstant:
      return "constant";
    case TestSeries::kSteps:
      return "steps";
    case TestSeries::kHoles:
      return "holes";
    case TestSeries::kQuantised:
      return "quantised";
  }
  return "";
}

inline rc::Gen<TestSeries> any_test_series() {
  return rc::gen::element(TestSeries::kRandom, TestSeries::kConstant, TestSeries::kSteps,
                          TestSeries::kHoles, TestSeries::kQuantised);
}

/// The same series for the same arguments.
inline std::vector<double> make_series(TestSeries kind, std::size_t samples, std::uint32_t seed) {
  std::mt19937 generator(seed);
  const auto uniform = [&] { return static_cast<double>(generator()) / 4294967296.0; };
  std::vector<double> series;
  double level = 100;
  for (std::size_t i = 0; i < samples; ++i) {
    switch (kind) {
      case TestSeries::kRandom:
        series.push_back(1000 * uniform());
        break;
      case TestSeries::kConstant:
        series.push_back(119.0);
        break;
      case TestSeries::kSteps:  // stretches of equal samples
        if (uniform() < 0.06) level = std::round(300 * uniform());
        series.push_back(level);
        break;
      case TestSeries::kHoles:
        series.push_back(uniform() > 0.02  ? 50 * uniform()
                         : uniform() > 0.5 ? std::numeric_limits<double>::quiet_NaN()
                                           : -std::numeric_limits<double>::infinity());
        break;
      case TestSeries::kQuantised:  // few values, so many exact copies
        series.push_back(std::floor(3 * uniform()));
        break;
    }
  }
  return series;
}

}  // namespace joulecast::step
