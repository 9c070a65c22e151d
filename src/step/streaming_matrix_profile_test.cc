#include "joulecast/step/streaming_matrix_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <utility>

#include "step/matrix_profile_join.h"
#include "step/matrix_profile_stream.h"
#include "step/matrix_profile_test_series.h"

namespace joulecast::step {
namespace {

RC_GTEST_PROP(StreamingMatrixProfile, IsTheBatchProfileBitForBit, ()) {
  const auto window = *rc::gen::inRange<std::size_t>(kMinWindow, 30);
  const auto exclusion_zone = *rc::gen::inRange<std::size_t>(0, window + 2);
  const auto extra = *rc::gen::inRange<std::size_t>(1, 400);
  const TestSeries kind = *any_test_series();
  RC_TAG(name_of(kind));
  const std::vector<double> series =
      make_series(kind, window + exclusion_zone + extra, *rc::gen::arbitrary<std::uint32_t>());
  auto stream = StreamingMatrixProfile::create(window, exclusion_zone);
  RC_ASSERT(stream.ok());
  for (const double sample : series) stream->append(sample);
  const auto batch = matrix_profile(series, window, {.exclusion_zone = exclusion_zone});
  const MatrixProfile profile = stream->profile();
  RC_ASSERT(profile.index == batch->index);
  RC_ASSERT(profile.distance == batch->distance);
}

TEST(StreamingMatrixProfile, IsTheBatchProfileBeyondFreshCovariances) {
  const std::size_t window = 10;
  ASSERT_LT(rows_between_fresh_covariances(window), 2500U);
  const std::vector<double> series = make_series(TestSeries::kHoles, 5000, 4);
  auto stream = StreamingMatrixProfile::create(window);
  ASSERT_TRUE(stream);
  for (const double sample : series) stream->append(sample);
  const auto batch = matrix_profile(series, window);
  EXPECT_EQ(stream->profile().index, batch->index);
  EXPECT_EQ(stream->profile().distance, batch->distance);
}

TEST(StreamingMatrixProfile, HasNoNeighboursAtFirst) {
  auto created = StreamingMatrixProfile::create(4);
  ASSERT_TRUE(created);
  StreamingMatrixProfile stream = std::move(*created);
  EXPECT_TRUE(stream.profile().index.empty());
  for (const double sample : {1.0, 2.0, 4.0, 3.0, 1.0}) stream.append(sample);
  EXPECT_THAT(stream.profile().index, ::testing::ElementsAre(-1, -1));
  stream.append(5.0);
  EXPECT_THAT(stream.profile().index, ::testing::ElementsAre(2, -1, 0));
}

TEST(StreamingMatrixProfile, NeedsAWindowOfThree) {
  EXPECT_FALSE(StreamingMatrixProfile::create(2).ok());
  EXPECT_TRUE(StreamingMatrixProfile::create(3).ok());
}

// With limited memory the later neighbours are those of the series' last part alone.
RC_GTEST_PROP(NeighbourStream, ForgetsOldWindows, ()) {
  const auto window = *rc::gen::inRange<std::size_t>(kMinWindow, 12);
  const auto memory = *rc::gen::inRange<std::size_t>(1, 60);
  const std::size_t exclusion_zone = default_exclusion_zone(window);
  const TestSeries kind = *any_test_series();
  RC_TAG(name_of(kind));
  const std::vector<double> series =
      make_series(kind, window + 200, *rc::gen::arbitrary<std::uint32_t>());
  NeighbourStream limited(window, exclusion_zone, memory);
  NeighbourStream last_part(window, exclusion_zone);
  for (std::size_t i = 0; i < series.size(); ++i) {
    limited.append(series[i]);
    if (i + memory + window > series.size()) last_part.append(series[i]);
  }
  RC_ASSERT(limited.count() == memory);
  RC_ASSERT(last_part.count() == memory);
  const Neighbours expected = last_part.right();
  const Neighbours right = limited.right();
  for (std::size_t i = 0; i < memory; ++i) {
    // The covariances have another history, so only nearly the same roundings.
    RC_ASSERT(std::isinf(right.correlation[i]) == std::isinf(expected.correlation[i]));
    if (std::isinf(right.correlation[i])) continue;
    RC_ASSERT(std::abs(right.correlation[i] - expected.correlation[i]) < 1e-9);
  }
}

}  // namespace
}  // namespace joulecast::step
