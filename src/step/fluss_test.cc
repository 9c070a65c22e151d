#include "joulecast/step/fluss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "joulecast/step/matrix_profile.h"
#include "step/arc_curve.h"
#include "step/fluss_golden.h"

namespace joulecast::step {
namespace {

using ::testing::HasSubstr;

constexpr FlussOptions kGoldenOptions{.length = 10, .exclusion_factor = 3, .regimes = 3};

TEST(Fluss, GivesTheReferencesCurveForTheReferencesNeighbours) {
  const std::vector<GoldenTrace> traces = golden_traces("fluss");
  ASSERT_EQ(traces.size(), 5U);
  for (const GoldenTrace& trace : traces) {
    SCOPED_TRACE(trace.name);
    const std::vector<double>& golden = trace.values.at("neighbour");
    const std::vector<std::int64_t> neighbour(golden.begin(), golden.end());
    const auto result = fluss(neighbour, kGoldenOptions);
    ASSERT_TRUE(result) << result.error().message;
    const std::vector<double>& curve = result->corrected_arc_curve;
    EXPECT_NEAR(std::accumulate(curve.begin(), curve.end(), 0.0), trace.value("sum_of_curve"),
                1e-9 * static_cast<double>(curve.size()));
    ASSERT_EQ(result->changes.size(), 2U);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(static_cast<double>(result->changes[k].index), trace.values.at("change_index")[k]);
      EXPECT_NEAR(result->changes[k].cac, trace.values.at("change_cac")[k], 1e-9);
    }
  }
}

TEST(Fluss, TheWholeWayGivesTheReferencesNeighboursAndChanges) {
  for (const GoldenTrace& trace : golden_traces("fluss")) {
    SCOPED_TRACE(trace.name);
    const auto profile = matrix_profile(trace.series(), trace.size("window"));
    ASSERT_TRUE(profile) << profile.error().message;
    double sum = 0;
    std::size_t copies = 0;
    std::size_t other_neighbours = 0;
    for (std::size_t i = 0; i < profile->distance.size(); ++i) {
      if (std::isinf(profile->distance[i])) continue;
      sum += profile->distance[i];
      if (profile->distance[i] == 0) ++copies;
      if (static_cast<double>(profile->index[i]) != trace.values.at("neighbour")[i]) {
        ++other_neighbours;
      }
    }
    // Where the reference's rounding decides between copies (windows of equal shape), another one
    // may be meant, and its distance is about 1e-7 instead of 0.
    const double expected_sum = trace.value("sum_of_finite_distances");
    EXPECT_NEAR(sum, expected_sum, 1e-9 * expected_sum + 1e-6 * static_cast<double>(copies));
    EXPECT_LE(other_neighbours, 1.1 * static_cast<double>(copies));
    const auto result = fluss(profile->index, kGoldenOptions);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->changes.size(), 2U);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(static_cast<double>(result->changes[k].index), trace.values.at("change_index")[k]);
      EXPECT_NEAR(result->changes[k].cac, trace.values.at("change_cac")[k], 0.01);
    }
  }
}

TEST(Fluss, FindsTheOnlyPlaceThatNoArcCrosses) {
  // Neighbours at 7 samples' distance, within [0, 60) and [60, 140).
  std::vector<std::int64_t> neighbour;
  for (std::int64_t i = 0; i < 140; ++i) {
    const std::int64_t end = i < 60 ? 60 : 140;
    neighbour.push_back(i + 7 < end ? i + 7 : i - 7);
  }
  for (const IdealArcs ideal : {IdealArcs::kReference, IdealArcs::kParabola}) {
    const auto result = fluss(neighbour, {.length = 5, .exclusion_factor = 2, .ideal = ideal});
    ASSERT_TRUE(result);
    ASSERT_EQ(result->changes.size(), 1U);
    EXPECT_EQ(result->changes[0].index, 59U);
    EXPECT_EQ(result->changes[0].cac, 0);
  }
}

TEST(Fluss, StopsWhereNothingIsLeft) {
  const std::vector<std::int64_t> neighbour(50, 25);
  const auto everything_excluded = fluss(neighbour, {.length = 5, .exclusion_factor = 5});
  ASSERT_TRUE(everything_excluded);
  EXPECT_THAT(everything_excluded->corrected_arc_curve, ::testing::Each(1.0));
  EXPECT_TRUE(everything_excluded->changes.empty());
  const auto many = fluss(neighbour, {.length = 1, .exclusion_factor = 0, .regimes = 1000});
  ASSERT_TRUE(many);
  EXPECT_LE(many->changes.size(), 50U);
  const auto one = fluss(std::vector<std::int64_t>{-1}, {.length = 1, .exclusion_factor = 0});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->corrected_arc_curve.size(), 1U);
}

TEST(Fluss, SaysWhatIsWrong) {
  const std::vector<std::int64_t> neighbour = {1, 0, 3};
  EXPECT_THAT(fluss(neighbour).error().message, HasSubstr("window 2 has the neighbour 3"));
  EXPECT_THAT(fluss({}).error().message, HasSubstr("no windows"));
  const std::vector<std::int64_t> pair = {1, 0};
  EXPECT_FALSE(fluss(pair, {.length = 0}).ok());
  EXPECT_FALSE(fluss(pair, {.regimes = 0}).ok());
}

RC_GTEST_PROP(ArcCurve, CountsTheArcsOverEachPlace, ()) {
  const auto count = *rc::gen::inRange<std::int64_t>(1, 60);
  const auto neighbour = *rc::gen::container<std::vector<std::int64_t>>(
      static_cast<std::size_t>(count), rc::gen::inRange<std::int64_t>(-1, count));
  const std::vector<std::int64_t> arcs = arc_curve(neighbour);
  for (std::int64_t place = 0; place < count; ++place) {
    std::int64_t over = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t other = neighbour[static_cast<std::size_t>(i)];
      if (other >= 0 && std::min(i, other) <= place && place < std::max(i, other)) ++over;
    }
    RC_ASSERT(arcs[static_cast<std::size_t>(place)] == over);
  }
}

TEST(ReferenceArcs, ApproximateTheParabola) {
  for (const std::size_t windows : {1000U, 20000U}) {
    const std::vector<double> reference = reference_arcs(windows, ArcDirection::kBoth);
    const std::vector<double> parabola = parabolic_arcs(windows);
    EXPECT_NEAR(reference[windows / 2] / parabola[windows / 2], 1, 0.05);
    EXPECT_NEAR(reference[windows / 5] / parabola[windows / 5], 1, 0.05);
  }
}

TEST(ReferenceArcs, AreFiniteForAnyNumberOfWindows) {
  for (const std::size_t windows : {1U, 2U, 3U, 4U, 5U, 7U, 10U, 20U, 50U}) {
    for (const ArcDirection direction : {ArcDirection::kBoth, ArcDirection::kForward}) {
      for (const double arcs : reference_arcs(windows, direction)) {
        EXPECT_TRUE(std::isfinite(arcs) && arcs >= 0) << windows << ": " << arcs;
      }
    }
  }
}

}  // namespace
}  // namespace joulecast::step
