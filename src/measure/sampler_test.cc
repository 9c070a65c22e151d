// Sampler: rows, how it ends, and how it keeps up. Fast clocks stand for time.
#include "joulecast/measure/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "meter_test_source.h"

namespace joulecast::measure {
namespace {

using ::testing::HasSubstr;

constexpr double kSpeed = 200.0;

std::vector<std::unique_ptr<Source>> source_of(const Clock& clock, Fault fault = Fault::kNone) {
  auto source = std::make_unique<TestSource>();
  const double begin_s = clock.now();
  source->add(counter_channel("gpu0", 0.1), [=](double now_s) {
    return reading_of(120.0 * (held_since(now_s, 0.1, 0.03) - begin_s + 1.0), now_s);
  });
  source->add(power_channel("gpu1", 0.1, 0.0, 0.0), [=](double now_s) {
    return Reading{.value = 70.0, .time_s = now_s, .fault = fault};
  });
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::move(source));
  return sources;
}

void wait_until(const Meter& meter, double time_s) {
  while (meter.settled_until() < time_s) {
    std::this_thread::yield();
  }
}

TEST(Sampler, RowsAreTheEnergyOnAFixedGrid) {
  const Clock clock(kSpeed);
  Meter meter(source_of(clock));
  Sampler sampler(meter, clock, {.interval = Seconds(0.1)});
  const double begin_s = clock.now();
  sampler.start();
  std::vector<double> times_s;
  double sum_w = 0.0;
  int bad = 0;
  while (times_s.size() < 300) {
    sampler.take_rows([&](const SampleRow& row) {
      ASSERT_EQ(row.power_w.size(), 2U);
      times_s.push_back(row.time_s);
      sum_w += static_cast<double>(row.power_w[0]);
      bad += std::isfinite(row.power_w[0]) ? 0 : 1;
    });
    std::this_thread::yield();
  }
  sampler.stop();
  EXPECT_EQ(bad, 0);
  EXPECT_NEAR(times_s.front(), begin_s + 0.05, 5.0);
  for (std::size_t i = 1; i < times_s.size(); ++i) {
    ASSERT_NEAR(times_s[i] - times_s[i - 1], 0.1, 1e-6);
  }
  EXPECT_NEAR(sum_w / static_cast<double>(times_s.size()), 120.0, 2.0);
  EXPECT_EQ(sampler.dropped(), 0U);
}

TEST(Sampler, RowsOfADeviceThatCannotBeReadAreNotNumbers) {
  const Clock clock(kSpeed);
  Meter meter(source_of(clock, Fault::kForbidden));
  Sampler sampler(meter, clock, {.interval = Seconds(0.1)});
  sampler.start();
  wait_until(meter, clock.now() + 5.0);
  sampler.stop();
  int rows = 0;
  sampler.take_rows([&](const SampleRow& row) {
    ++rows;
    EXPECT_TRUE(std::isnan(row.power_w[1]));
  });
  EXPECT_GT(rows, 10);
}

TEST(Sampler, DropsTheOldestRowsWhereNobodyTakesThem) {
  const Clock clock(1000.0);
  Meter meter(source_of(clock));
  Sampler sampler(meter, clock, {.interval = Seconds(0.1)});
  sampler.start();
  wait_until(meter, clock.now() + 200.0);
  sampler.stop();
  std::size_t rows = 0;
  double first_s = 0.0;
  sampler.take_rows([&](const SampleRow& row) { first_s = rows++ == 0 ? row.time_s : first_s; });
  EXPECT_EQ(rows, 1200U);
  EXPECT_GT(sampler.dropped(), 0U);
  const auto notes = sampler.take_notes();
  ASSERT_FALSE(notes.empty());
  EXPECT_THAT(notes.back().text, HasSubstr("lost because nobody took them"));
}

TEST(Sampler, StopClosesTheMeterAndMayBeCalledTwice) {
  const Clock clock;
  Meter meter(source_of(clock));
  Sampler sampler(meter, clock, {.interval = Seconds(0.1)});
  sampler.stop();
  sampler.start();
  sampler.start();
  wait_until(meter, clock.now());
  sampler.stop();
  const double settled_s = meter.settled_until();
  EXPECT_LE(settled_s, clock.now());
  EXPECT_TRUE(meter.at(0, settled_s).has_value());
  sampler.stop();
}

TEST(Sampler, RunsWithoutDevices) {
  const Clock clock(kSpeed);
  Meter meter({});
  Sampler sampler(meter, clock, {.interval = Seconds(0.1)});
  sampler.start();
  sampler.stop();
  sampler.take_rows([](const SampleRow& row) { EXPECT_TRUE(row.power_w.empty()); });
}

}  // namespace
}  // namespace joulecast::measure
