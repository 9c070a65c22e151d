#include "joulecast/step/floss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "step/fluss_golden.h"

namespace joulecast::step {
namespace {

TEST(Floss, GivesTheReferencesCurve) {
  const std::vector<GoldenTrace> traces = golden_traces("floss");
  ASSERT_EQ(traces.size(), 2U);
  for (const GoldenTrace& trace : traces) {
    SCOPED_TRACE(trace.name);
    const std::vector<double> series = trace.series();
    const std::size_t memory = trace.size("memory");
    // The reference's neighbours are at least ceil(10 / 4) = 3 samples away: see Floss.
    auto floss = Floss::create(
        std::span(series).first(memory),
        {.window = trace.size("window"), .exclusion_zone = 2, .length = 10, .exclusion_factor = 3});
    ASSERT_TRUE(floss) << floss.error().message;
    for (const double sample : std::span(series).subspan(memory)) floss->append(sample);
    EXPECT_EQ(floss->forgotten(), series.size() - memory);
    const std::vector<double>& expected = trace.values.at("curve");
    ASSERT_EQ(floss->corrected_arc_curve().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(floss->corrected_arc_curve()[i], expected[i], 1e-9) << i;
    }
  }
}

TEST(Floss, SeesAChangeComeAndGo) {
  std::vector<double> series;
  for (int i = 0; i < 900; ++i) {
    const double noise = static_cast<double>((i * 7919) % 97) / 97;
    series.push_back(noise + (i < 450 ? 10 * std::sin(i / 3.0) : (i % 17 < 4 ? 12.0 : 0.0)));
  }
  auto floss = Floss::create(std::span(series).first(300),
                             {.window = 20, .length = 20, .exclusion_factor = 2});
  ASSERT_TRUE(floss);
  const auto lowest = [&] {
    const auto curve = floss->corrected_arc_curve();
    const auto at = std::min_element(curve.begin(), curve.end());
    return std::pair(*at, static_cast<std::size_t>(at - curve.begin()) + floss->forgotten());
  };
  EXPECT_GT(lowest().first, 0.35);
  for (std::size_t i = 300; i < 600; ++i) floss->append(series[i]);
  EXPECT_LT(lowest().first, 0.25);
  EXPECT_NEAR(static_cast<double>(lowest().second), 450, 25);
  for (std::size_t i = 600; i < 900; ++i) floss->append(series[i]);
  EXPECT_GT(lowest().first, 0.35);
}

TEST(Floss, SaysWhatIsWrong) {
  const std::vector<double> series(30, 1.0);
  EXPECT_FALSE(Floss::create(series, {.window = 2}).ok());
  EXPECT_FALSE(Floss::create(series, {.window = 29}).ok());
  EXPECT_FALSE(Floss::create(series, {.window = 10, .length = 0}).ok());
  EXPECT_TRUE(Floss::create(series, {.window = 10}).ok());
}

}  // namespace
}  // namespace joulecast::step
