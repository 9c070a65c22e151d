#include "joulecast/carbon/start_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;

constexpr double kHour = 3600.0;
constexpr double kNow = 1.8e9;

std::vector<IntensitySlot> hourly(const std::vector<double>& values) {
  std::vector<IntensitySlot> slots;
  double start_s = kNow;
  for (const double value : values) {
    slots.push_back({.start_s = start_s, .end_s = start_s + kHour, .g_per_kwh = value});
    start_s += kHour;
  }
  return slots;
}

StartQuestion question(double duration_h, double from_h, double until_h) {
  return {.duration = Seconds(duration_h * kHour),
          .power = Watts(1000.0),
          .earliest_s = kNow + from_h * kHour,
          .deadline_s = kNow + until_h * kHour};
}

TEST(StartTime, WholeHours) {
  const auto advice = cheapest_start(hourly({300, 100, 100, 400}), question(2.0, 0.0, 4.0));
  ASSERT_TRUE(advice);
  EXPECT_DOUBLE_EQ(advice->best.start_s, kNow + kHour);
  EXPECT_DOUBLE_EQ(advice->best.g_co2e, 200.0);
  EXPECT_DOUBLE_EQ(advice->earliest.g_co2e, 400.0);
  EXPECT_DOUBLE_EQ(advice->worst.start_s, kNow + 2.0 * kHour);
  EXPECT_DOUBLE_EQ(advice->worst.g_co2e, 500.0);
}

TEST(StartTime, PartialHoursAreWeighted) {
  // An hour and a half: best where it covers the cheap hour and half of the cheaper neighbour.
  const auto advice = cheapest_start(hourly({200, 100, 300}), question(1.5, 0.25, 3.0));
  ASSERT_TRUE(advice);
  EXPECT_DOUBLE_EQ(advice->best.start_s, kNow + 0.5 * kHour);
  EXPECT_DOUBLE_EQ(advice->best.g_co2e, 200.0);
  EXPECT_DOUBLE_EQ(advice->earliest.g_co2e, 0.75 * 200.0 + 0.75 * 100.0);
}

TEST(StartTime, TheEarliestOfEquals) {
  const auto advice = cheapest_start(hourly({100, 100, 100}), question(1.0, 0.5, 3.0));
  ASSERT_TRUE(advice);
  EXPECT_DOUBLE_EQ(advice->best.start_s, kNow + 0.5 * kHour);
}

TEST(StartTime, OneLineErrors) {
  const auto slots = hourly({1, 2, 3});
  EXPECT_THAT(cheapest_start(slots, question(2.0, 0.0, 1.0)).error().message,
              HasSubstr("shorter than the duration"));
  EXPECT_THAT(cheapest_start(slots, question(1.0, 0.0, 4.0)).error().message,
              HasSubstr("do not cover the window"));
  EXPECT_THAT(cheapest_start(slots, question(1.0, -1.0, 2.0)).error().message,
              HasSubstr("do not cover the window"));
  EXPECT_FALSE(cheapest_start(slots, question(0.0, 0.0, 2.0)));
  EXPECT_FALSE(cheapest_start({}, question(1.0, 0.0, 2.0)));
}

TEST(StartTime, GapsCountInsideTheWindowOnly) {
  auto slots = hourly({1, 2, 3, 4, 5});
  slots.erase(slots.begin() + 2);
  EXPECT_THAT(cheapest_start(slots, question(1.0, 0.0, 5.0)).error().message,
              HasSubstr("gap from 2027-01-15T10:00Z to 2027-01-15T11:00Z"));
  EXPECT_THAT(cheapest_start(slots, question(1.0, 0.0, 2.5)).error().message, HasSubstr("gap"));
  EXPECT_TRUE(cheapest_start(slots, question(1.0, 0.0, 2.0)));
  EXPECT_TRUE(cheapest_start(slots, question(1.0, 3.0, 5.0)));
}

// By definition: the intensity's integral from start to end, slot by slot.
double cost(const std::vector<IntensitySlot>& slots, double start_s, double end_s) {
  double sum = 0.0;
  for (const IntensitySlot& slot : slots) {
    const double overlap_s = std::min(end_s, slot.end_s) - std::max(start_s, slot.start_s);
    if (overlap_s > 0.0) sum += overlap_s * slot.g_per_kwh;
  }
  return sum / (end_s - start_s);
}

RC_GTEST_PROP(StartTime, IsWhatBruteForceFinds, ()) {
  const auto values =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 900)));
  std::vector<IntensitySlot> slots;
  double time_s = kNow;
  for (const int value : values) {
    const double length_s = 60.0 * *rc::gen::inRange(1, 60);
    slots.push_back({.start_s = time_s, .end_s = time_s + length_s, .g_per_kwh = double(value)});
    time_s += length_s;
  }
  // Whole minutes all through, so that the minutes are all there is to try.
  const int minutes = static_cast<int>((time_s - kNow) / 60.0);
  const int duration = *rc::gen::inRange(1, minutes + 1);
  const int from = *rc::gen::inRange(0, minutes - duration + 1);
  const int until = *rc::gen::inRange(from + duration, minutes + 1);
  const StartQuestion asked = {.duration = Seconds(60.0 * duration),
                               .power = Watts(3.6e6 / (60.0 * duration)),
                               .earliest_s = kNow + 60.0 * from,
                               .deadline_s = kNow + 60.0 * until};
  const auto advice = cheapest_start(slots, asked);
  RC_ASSERT(advice.ok());
  double best = 1e9, worst = -1.0;
  for (int minute = from; minute + duration <= until; ++minute) {
    const double start_s = kNow + 60.0 * minute;
    const double here = cost(slots, start_s, start_s + 60.0 * duration);
    best = std::min(best, here);
    worst = std::max(worst, here);
  }
  const double close = 1e-7;
  RC_ASSERT(std::abs(advice->best.g_co2e - best) < close);
  RC_ASSERT(std::abs(advice->worst.g_co2e - worst) < close);
  RC_ASSERT(advice->best.start_s >= asked.earliest_s);
  RC_ASSERT(advice->best.start_s + 60.0 * duration <= asked.deadline_s);
  const double there = cost(slots, advice->best.start_s, advice->best.start_s + 60.0 * duration);
  RC_ASSERT(std::abs(there - best) < close);
}

}  // namespace
}  // namespace joulecast::carbon
