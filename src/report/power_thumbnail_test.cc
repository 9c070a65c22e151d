#include "report/power_thumbnail.h"

#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

TEST(PowerThumbnail, KeepsTheShapeOfATraceOfAnyLength) {
  PowerThumbnail thumbnail;
  thumbnail.device({});
  constexpr int kSamples = 1'000'000;
  for (int i = 0; i < kSamples; ++i) thumbnail.sample(0, 0.1 * i, i < kSamples / 2 ? 100.0 : 300.0);
  const auto points = thumbnail.points();
  ASSERT_GT(points.size(), 500U);
  ASSERT_LE(points.size(), 1024U);
  EXPECT_DOUBLE_EQ(points.front().power_w, 100.0);
  EXPECT_DOUBLE_EQ(points.back().power_w, 300.0);
  EXPECT_NEAR(points.back().time_s, 0.1 * kSamples, 0.002 * 0.1 * kSamples);
}

TEST(PowerThumbnail, AddsDevicesUpAndHoldsTheOneSampledMoreRarely) {
  PowerThumbnail thumbnail;
  thumbnail.device({});
  thumbnail.device({});
  for (int t = 0; t < 100; ++t) {
    thumbnail.sample(0, t, 100.0);
    if (t % 10 == 0) thumbnail.sample(1, t, 20.0);
  }
  for (const auto& point : thumbnail.points()) EXPECT_DOUBLE_EQ(point.power_w, 120.0);
}

}  // namespace
}  // namespace joulecast::report
