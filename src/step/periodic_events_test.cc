#include "step/periodic_events.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace joulecast::step {
namespace {

PeriodicEvents events_at(const std::vector<std::int64_t>& ordinals, double excess = 0.5) {
  PeriodicEvents events;
  for (const std::int64_t ordinal : ordinals) events.add(ordinal, {excess, excess, 0.0});
  return events;
}

TEST(PeriodicEvents, NoneSeenNoneExpected) {
  EXPECT_EQ(PeriodicEvents().expected(10, 90).count, 0.0);
  EXPECT_EQ(PeriodicEvents().expected(10, 90).sd, 0.0);
}

TEST(PeriodicEvents, OneIsPerhapsPeriodicFromTheStart) {
  const auto expected = events_at({10}).expected(12, 28);  // Perhaps at 20, 30, 40.
  EXPECT_DOUBLE_EQ(expected.count, 3 * 0.667);
  EXPECT_DOUBLE_EQ(expected.sd, 1.5);
  EXPECT_DOUBLE_EQ(events_at({10}).expected(12, 3).sd, 0.3);
}

TEST(PeriodicEvents, RegularOnesGoOn) {
  const auto expected = events_at({10, 20, 30}).expected(32, 38);
  EXPECT_EQ(expected.count, 4.0);
  EXPECT_EQ(expected.sd, 0.5);
  EXPECT_GT(events_at({10, 20}).expected(22, 48).sd, expected.sd) << "two say less than three";
}

TEST(PeriodicEvents, IrregularOnesGoOnAtTheirRate) {
  const auto expected = events_at({10, 12, 40, 42}).expected(42, 32);
  EXPECT_NEAR(expected.count, 3.0, 1e-9);
  EXPECT_GT(expected.sd, 1.5);
}

TEST(PeriodicEvents, DeclaredOnesAreCounted) {
  EXPECT_EQ(PeriodicEvents::declared(10, 25, 75).count, 8.0);
  EXPECT_EQ(PeriodicEvents::declared(10, 20, 9.5).count, 0.0);
}

TEST(PeriodicEvents, TheCostIsTheMeanExcess) {
  PeriodicEvents events = events_at({10, 20}, 0.5);
  events.add(30, {0.8, 0.5, 0.0});
  EXPECT_NEAR(events.cost(kEnergy).excess, 0.6, 1e-12);
  EXPECT_GT(events.cost(kEnergy).variance, events.cost(kTime).variance);
  EXPECT_EQ(events.cost(kPower).excess, 0.0);
}

}  // namespace
}  // namespace joulecast::step
