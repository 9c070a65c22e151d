#include "base/random.h"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

TEST(Random, GivesThePublishedSequence) {
  // Vigna's splitmix64.c from the seed 1234567.
  Random random(1234567);
  EXPECT_EQ(random.bits(), 6457827717110365317U);
  EXPECT_EQ(random.bits(), 3203168211198807973U);
  EXPECT_EQ(random.bits(), 9817491932198370423U);
}

TEST(Random, ExponentialHasItsMean) {
  Random random(7);
  constexpr int kDraws = 100'000;
  double sum = 0.0;
  for (int i = 0; i < kDraws; ++i) sum += random.exponential(0.01);
  EXPECT_NEAR(sum / kDraws, 0.01, 1e-4);
}

}  // namespace
}  // namespace joulecast
