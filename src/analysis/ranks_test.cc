#include "analysis/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::analysis {
namespace {

using ::testing::ElementsAre;

TEST(Ranks, TiesShareTheirMean) {
  const Ranks ranks = rank_values(std::vector<double>{3.0, 1.0, 3.0, 2.0, 3.0});
  EXPECT_THAT(ranks.ranks, ElementsAre(4.0, 1.0, 4.0, 2.0, 4.0));
  EXPECT_EQ(ranks.ties, 24.0);
  EXPECT_DOUBLE_EQ(ranks.sum_squares(), 8.0);
}

TEST(Ranks, ValuesWithinATolerance) {
  const std::vector<double> values{0.3, 0.1 + 0.2, 1.0};
  EXPECT_THAT(rank_values(values).ranks, ElementsAre(1.0, 2.0, 3.0));
  EXPECT_THAT(rank_values(values, 1e-15).ranks, ElementsAre(1.5, 1.5, 3.0));
}

TEST(Ranks, OfNothing) { EXPECT_TRUE(rank_values({}).ranks.empty()); }

}  // namespace
}  // namespace joulecast::analysis
