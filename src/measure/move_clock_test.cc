#include "move_clock.h"

#include <gtest/gtest.h>

#include <cmath>

namespace joulecast::measure {
namespace {

/// Polls a grid and gives the worst error of the moments told after the first `settle_s`.
struct Outcome {
  double worst_error_s = 0.0, worst_half_width_s = 0.0;
};
Outcome poll_grid(MoveClock& clock, double period_s, double poll_s, double jitter_s,
                  double settle_s, double until_s) {
  const auto moment = [=](double index) {
    return 5.0 + index * period_s + jitter_s * std::sin(index * 2.4);
  };
  Outcome outcome;
  double before_s = 5.01;
  double seen = 0.0;
  while (before_s + poll_s < until_s) {
    const double now_s = before_s + poll_s;
    double index = seen;
    while (moment(index + 1.0) <= now_s) {
      index += 1.0;
    }
    if (index == seen) {
      clock.stayed();
    } else if (const auto move = clock.moved(before_s, now_s); move && now_s > settle_s) {
      outcome.worst_error_s =
          std::max(outcome.worst_error_s, std::abs(move->time_s - moment(index)));
      outcome.worst_half_width_s = std::max(outcome.worst_half_width_s, move->half_width_s);
    }
    seen = index;
    before_s = now_s;
  }
  return outcome;
}

TEST(MoveClock, PinsTheGridToAboutAMillisecond) {
  for (const double period_s : {0.1, 0.10013, 0.0987, 0.05, 1.0}) {
    MoveClock clock(0.0, true);
    const auto outcome =
        poll_grid(clock, period_s, 0.382 * period_s, 0.0, 5.0 + 40.0 * period_s, 400.0 * period_s);
    EXPECT_TRUE(clock.locked()) << period_s;
    EXPECT_NEAR(clock.period_s().value_or(0.0), period_s, 1e-3 * period_s);
    EXPECT_LT(outcome.worst_error_s, 0.03 * period_s) << period_s;
  }
}

TEST(MoveClock, AWrongHintIsNotBelieved) {
  MoveClock clock(0.02, true);
  poll_grid(clock, 0.1, 0.0382, 0.0, 10.0, 20.0);
  EXPECT_NEAR(clock.period_s().value_or(0.0), 0.1, 1e-3);
}

TEST(MoveClock, BearsJitterOfMilliseconds) {
  MoveClock clock(0.1, true);
  const auto outcome = poll_grid(clock, 0.1, 0.0618, 0.003, 15.0, 60.0);
  EXPECT_TRUE(clock.locked());
  EXPECT_LT(outcome.worst_error_s, 0.012);
}

TEST(MoveClock, SaysThatAGridIsFinerThanThePolls) {
  MoveClock clock(0.001, true);
  poll_grid(clock, 0.001, 0.05, 0.0, 6.0, 20.0);
  EXPECT_TRUE(clock.quick());
  EXPECT_FALSE(clock.locked());
  EXPECT_EQ(clock.period_s().value_or(0.0), 0.001);
}

TEST(MoveClock, RelearnsAGridThatMoves) {
  MoveClock clock(0.1, true);
  poll_grid(clock, 0.1, 0.0382, 0.0, 10.0, 20.0);
  double before_s = 20.0;
  double worst_s = 0.0;
  while (before_s < 60.0) {
    const double now_s = before_s + 0.0382;
    // Half a period later than before.
    const double moment_s = std::floor((now_s - 0.05) / 0.1) * 0.1 + 0.05;
    if (moment_s > before_s) {
      const auto move = clock.moved(before_s, now_s);
      if (move && now_s > 40.0) {
        worst_s = std::max(worst_s, std::abs(move->time_s - moment_s));
      }
    } else {
      clock.stayed();
    }
    before_s = now_s;
  }
  EXPECT_TRUE(clock.locked());
  EXPECT_LT(worst_s, 0.004);
}

}  // namespace
}  // namespace joulecast::measure
