#include "joulecast/step/matrix_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "step/matrix_profile_join.h"
#include "step/matrix_profile_kernel.h"
#include "step/matrix_profile_test_series.h"

namespace joulecast::step {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A window as the definition sees it.
struct NaiveWindow {
  bool finite;
  bool constant;
  std::vector<double> normalised;
};

NaiveWindow naive_window(std::span<const double> x) {
  const auto n = static_cast<double>(x.size());
  double mean = 0;
  for (const double v : x) mean += v / n;
  double variance = 0;
  for (const double v : x) variance += (v - mean) * (v - mean) / n;
  NaiveWindow window{
      .finite = std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); }),
      .constant = std::all_of(x.begin(), x.end(), [&](double v) { return v == x.front(); }),
      .normalised = {}};
  for (const double v : x) window.normalised.push_back((v - mean) / std::sqrt(variance));
  return window;
}

double naive_distance(const NaiveWindow& a, const NaiveWindow& b) {
  if (!a.finite || !b.finite) return kInfinity;
  if (a.constant && b.constant) return 0;
  const std::size_t m = a.normalised.size();
  if (a.constant || b.constant) return std::sqrt(static_cast<double>(m));
  double squared = 0;
  for (std::size_t p = 0; p < m; ++p) {
    squared += (a.normalised[p] - b.normalised[p]) * (a.normalised[p] - b.normalised[p]);
  }
  return std::sqrt(squared);
}

// Squares are compared, since near zero a distance is the root of a rounding error.
bool are_close(double a, double b, double tolerance) {
  return a == b || std::abs(a * a - b * b) < tolerance;
}

// Whether `profile` is that of `series`, in O(n² · window); if not, what is wrong.
::testing::AssertionResult is_profile_of(const MatrixProfile& profile,
                                         std::span<const double> series, std::size_t window,
                                         std::size_t exclusion_zone, double tolerance = 1e-9) {
  const std::size_t count = series.size() - window + 1;
  if (profile.distance.size() != count || profile.index.size() != count) {
    return ::testing::AssertionFailure() << "sizes";
  }
  std::vector<NaiveWindow> windows;
  for (std::size_t i = 0; i < count; ++i) {
    windows.push_back(naive_window(series.subspan(i, window)));
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> distances(count, kInfinity);
    for (std::size_t j = 0; j < count; ++j) {
      if (std::max(i, j) - std::min(i, j) <= exclusion_zone) continue;
      distances[j] = naive_distance(windows[i], windows[j]);
    }
    const double nearest = *std::min_element(distances.begin(), distances.end());
    const auto at = static_cast<std::size_t>(profile.index[i]);
    const bool right_index = std::isinf(nearest)
                                 ? profile.index[i] == -1
                                 : at < count && are_close(distances[at], nearest, tolerance);
    if (!right_index || !are_close(profile.distance[i], nearest, tolerance)) {
      return ::testing::AssertionFailure()
             << "window " << i << ": distance " << profile.distance[i] << " to " << profile.index[i]
             << " instead of " << nearest;
    }
  }
  return ::testing::AssertionSuccess();
}

RC_GTEST_PROP(MatrixProfile, IsWhatTheDefinitionGives, ()) {
  const auto window = *rc::gen::inRange<std::size_t>(kMinWindow, 40);
  const auto exclusion_zone = *rc::gen::inRange<std::size_t>(0, window + 2);
  const auto extra = *rc::gen::inRange<std::size_t>(1, 150);
  const TestSeries kind = *any_test_series();
  const std::vector<double> series =
      make_series(kind, window + exclusion_zone + extra, *rc::gen::arbitrary<std::uint32_t>());
  RC_TAG(name_of(kind));
  const auto profile = matrix_profile(series, window, {.exclusion_zone = exclusion_zone});
  RC_ASSERT(profile.ok());
  const auto verdict = is_profile_of(*profile, series, window, exclusion_zone);
  if (!verdict) RC_FAIL(std::string(verdict.message()));
}

TEST(MatrixProfile, IsWhatTheDefinitionGivesBeyondOneTileAndFreshCovariances) {
  const std::size_t window = 5;
  ASSERT_LT(rows_between_fresh_covariances(window), 2200U);
  const std::vector<double> series = make_series(TestSeries::kQuantised, 2300, 1);
  const auto profile = matrix_profile(series, window);
  ASSERT_TRUE(profile);
  EXPECT_TRUE(is_profile_of(*profile, series, window, default_exclusion_zone(window)));
}

RC_GTEST_PROP(MatrixProfile, IsTheSameForEveryKernelAndNumberOfThreads, ()) {
  const auto window = *rc::gen::inRange<std::size_t>(kMinWindow, 30);
  const auto extra = *rc::gen::inRange<std::size_t>(1, 1500);
  const std::size_t exclusion_zone = default_exclusion_zone(window);
  const TestSeries kind = *any_test_series();
  RC_TAG(name_of(kind));
  Windows windows(window);
  for (const double sample :
       make_series(kind, window + exclusion_zone + extra, *rc::gen::arbitrary<std::uint32_t>())) {
    windows.append(sample);
  }
  windows.pad(kKernelPadding);
  const MatrixProfile expected = self_join(windows, exclusion_zone, 1, usable_kernels().back());
  for (const Kernel& kernel : usable_kernels()) {
    for (const std::size_t threads : {1U, 2U, 7U}) {
      const MatrixProfile profile = self_join(windows, exclusion_zone, threads, kernel);
      RC_ASSERT(profile.index == expected.index);
      RC_ASSERT(profile.distance == expected.distance);
    }
  }
}

TEST(MatrixProfile, PrefersTheNearestOfExactCopiesAndThenTheEarlier) {
  // A sine with a period of 16 samples: every window has copies at all multiples.
  std::vector<double> series(160);
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i] = std::sin(2 * M_PI * static_cast<double>(i % 16) / 16);
  }
  const auto profile = matrix_profile(series, 12);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->index[0], 16);
  EXPECT_EQ(profile->index[15], 31);
  EXPECT_EQ(profile->index[16], 0);
  EXPECT_EQ(profile->index[80], 64);
  EXPECT_EQ(profile->distance[80], 0);
}

TEST(MatrixProfile, ConstantWindows) {
  // 20 equal samples, 20 others, 20 equal samples of another level.
  std::vector<double> series(60, 3.0);
  for (std::size_t i = 20; i < 40; ++i) series[i] = static_cast<double>((i * i * 7919) % 101);
  std::fill(series.begin() + 40, series.end(), 8.0);
  const auto profile = matrix_profile(series, 10);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->distance[0], 0);
  EXPECT_EQ(profile->index[0], 4);  // just outside the exclusion zone of 3
  EXPECT_EQ(profile->index[10], 6);
  EXPECT_EQ(profile->index[40], 44);
  EXPECT_TRUE(is_profile_of(*profile, series, 10, 3));

  // Only one constant window: sqrt(m) to everything.
  std::vector<double> one = make_series(TestSeries::kRandom, 40, 1);
  std::fill(one.begin() + 15, one.begin() + 25, 1.0);
  const auto only = matrix_profile(one, 10);
  ASSERT_TRUE(only);
  EXPECT_EQ(only->distance[15], std::sqrt(10.0));
  EXPECT_EQ(only->index[15], 11);
}

TEST(MatrixProfile, NothingButConstantOrNonFinite) {
  const auto constant = matrix_profile(std::vector<double>(50, 7.0), 8);
  ASSERT_TRUE(constant);
  EXPECT_THAT(constant->distance, ::testing::Each(0.0));
  const auto nan = matrix_profile(std::vector<double>(50, std::nan("")), 8);
  ASSERT_TRUE(nan);
  EXPECT_THAT(nan->distance, ::testing::Each(kInfinity));
  EXPECT_THAT(nan->index, ::testing::Each(-1));
}

TEST(MatrixProfile, StaysAccurateAfterHugeJumps) {
  // Noise of 0.01 W about 10 W and about 350 W, and a gap: variances from 1e-4 to 3e4.
  std::vector<double> series = make_series(TestSeries::kQuantised, 1500, 3);
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i] = 0.01 * std::round(series[i]) + (i / 300 % 2 == 0 ? 10 : 350);
  }
  series[700] = kInfinity;
  const auto profile = matrix_profile(series, 10);
  ASSERT_TRUE(profile);
  EXPECT_TRUE(is_profile_of(*profile, series, 10, 3, 1e-5));
}

TEST(MatrixProfile, SaysWhatIsWrong) {
  const std::vector<double> series = make_series(TestSeries::kRandom, 20, 1);
  EXPECT_THAT(matrix_profile(series, 2).error().message, HasSubstr("at least 3"));
  EXPECT_THAT(matrix_profile(series, 21).error().message, HasSubstr("20 samples, too few"));
  EXPECT_THAT(matrix_profile({}, 10).error().message, HasSubstr("0 samples, too few"));
  EXPECT_FALSE(matrix_profile(series, 17).ok());  // windows 0..3, exclusion zone 5
  EXPECT_FALSE(matrix_profile(series, 10, {.exclusion_zone = 10}).ok());
  EXPECT_TRUE(matrix_profile(series, 10, {.exclusion_zone = 9}).ok());
}

}  // namespace
}  // namespace joulecast::step
