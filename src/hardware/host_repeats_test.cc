#include "hardware/host_repeats.h"

#include <gtest/gtest.h>

#include <atomic>

namespace joulecast::hardware {
namespace {

/// Time that passes only by work: `slowness` is what the n-th piece of work takes over the first.
struct FakeTime {
  double wall_s = 0.0, cpu_s = 0.0;
  double cpu_part = 1.0;
  std::function<double(int piece)> slowness = [](int) { return 1.0; };
  int pieces = 0;

  Clocks clocks() {
    return {.wall_s = [this] { return wall_s; }, .cpu_s = [this] { return cpu_s; }};
  }
  Work work(double unit_s) {
    return [this, unit_s](std::int64_t units) {
      const double took_s = static_cast<double>(units) * unit_s * slowness(pieces++);
      wall_s += took_s;
      cpu_s += took_s * cpu_part;
    };
  }
};

TEST(HostRepeats, MedianAndSpread) {
  EXPECT_DOUBLE_EQ(measured_of({3.0}).median, 3.0);
  EXPECT_DOUBLE_EQ(measured_of({3.0}).spread, 0.0);
  const Measured measured = measured_of({5.0, 1.0, 4.0, 2.0, 3.0});
  EXPECT_DOUBLE_EQ(measured.median, 3.0);
  EXPECT_DOUBLE_EQ(measured.spread, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(median_of({1.0, 2.0}), 1.5);
}

TEST(HostRepeats, AQuietMachineHasNoSpread) {
  for (const double unit_s : {1e-9, 1e-3, 10.0}) {
    FakeTime time;
    const Series series = repeat(time.work(unit_s), {.count = 5, .each_s = 0.05}, 1, time.clocks());
    EXPECT_NEAR(series.seconds.median, unit_s, 1e-9 * unit_s);
    EXPECT_NEAR(series.seconds.spread, 0.0, 1e-6);
    EXPECT_NEAR(series.cpu_share, 1.0, 1e-9);
  }
}

TEST(HostRepeats, EachRepeatTakesItsTime) {
  FakeTime time;
  repeat(time.work(1e-4), {.count = 5, .each_s = 0.05}, 1, time.clocks());
  EXPECT_GT(time.wall_s, 5 * 0.05);
  EXPECT_LT(time.wall_s, 8 * 0.05);
}

TEST(HostRepeats, NoiseWidensTheSpread) {
  FakeTime time;
  time.slowness = [](int piece) { return piece % 2 == 0 ? 1.0 : 1.5; };
  const Series series = repeat(time.work(1e-4), {.count = 9, .each_s = 0.05}, 1, time.clocks());
  EXPECT_GT(series.seconds.spread, kMostSpread);
}

TEST(HostRepeats, WaitingForAProcessorShowsInTheShare) {
  FakeTime time;
  time.cpu_part = 0.25;
  const Series one = repeat(time.work(1e-4), {.count = 5, .each_s = 0.05}, 1, time.clocks());
  EXPECT_NEAR(one.cpu_share, 0.25, 1e-9);
  EXPECT_NEAR(one.seconds.median, 0.25e-4, 1e-12) << "its own processor time";
  time.cpu_part = 2.0;
  const Series four = repeat(time.work(1e-4), {.count = 5, .each_s = 0.05}, 4, time.clocks());
  EXPECT_NEAR(four.cpu_share, 0.5, 1e-9);
  EXPECT_NEAR(four.seconds.median, 1e-4, 1e-12) << "the time that passes";
}

TEST(HostRepeats, EveryTicketOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> taken(100);
    std::atomic<int> strays = 0;
    share_tickets(threads, 100, [&](int thread, std::int64_t ticket) {
      if (thread < 0 || thread >= threads) ++strays;
      ++taken[static_cast<std::size_t>(ticket)];
    });
    for (const auto& times : taken) EXPECT_EQ(times, 1);
    EXPECT_EQ(strays, 0);
  }
}

TEST(HostRepeats, TheSystemsClocksGoOn) {
  const Clocks clocks = system_clocks();
  const double wall_s = clocks.wall_s(), cpu_s = clocks.cpu_s();
  volatile double sum = 0.0;
  for (int i = 0; i < 1'000'000; ++i) sum = sum + i;
  EXPECT_GT(clocks.wall_s(), wall_s);
  EXPECT_GT(clocks.cpu_s(), cpu_s);
}

}  // namespace
}  // namespace joulecast::hardware
