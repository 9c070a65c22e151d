// Meter: what it makes of sensors that wrap, restart, stick, jump, fail and disappear.
#include "joulecast/measure/meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "meter_notes.h"
#include "meter_test_source.h"

namespace joulecast::measure {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kBeginS = 1000.0;
constexpr double kPeriodS = 0.1;
constexpr double kPhaseS = 0.037;

/// A counter that has moved to what was drawn since kBeginS.
double counted_j(double now_s, double watts) {
  return watts * (held_since(now_s, kPeriodS, kPhaseS) - kBeginS + 1.0);
}

std::string texts(const std::vector<MeterNote>& notes) {
  std::string all;
  for (const auto& note : notes) {
    all += note.device_id + ": " + note.text + "\n";
  }
  return all;
}

Channel check_of(std::size_t channel) {
  Channel check = power_channel("gpu0", kPeriodS, 0.0, 0.0);
  check.role = Channel::Role::kCheck;
  check.of = channel;
  return check;
}

/// A counter under 100 W that reads as `read` says.
std::unique_ptr<TestSource> counter(TestSource::Read read, double range_j = 0.0) {
  auto source = std::make_unique<TestSource>();
  Channel channel = counter_channel("gpu0", kPeriodS);
  channel.range = Joules(range_j);
  source->add(channel, std::move(read));
  return source;
}

/// The same, with a power reading of 100 W that always works.
std::unique_ptr<TestSource> checked_counter(TestSource::Read read, double range_j = 0.0) {
  auto source = counter(std::move(read), range_j);
  source->add(check_of(0), [](double now_s) {
    const double wobble = std::fmod(held_since(now_s, kPeriodS, kPhaseS) * 13.7, 1.0) - 0.5;
    return reading_of(100.0 + wobble, now_s);
  });
  return source;
}

TEST(Meter, WithoutDevicesSaysSo) {
  Meter meter({});
  meter.poll(kBeginS);
  EXPECT_THAT(meter.devices(), IsEmpty());
  EXPECT_EQ(meter.settled_until(), kBeginS);
  EXPECT_THAT(texts(meter.take_notes()), HasSubstr("no device"));
}

TEST(Meter, UnwrapsAKnownRange) {
  TestMeter test(counter(
      [](double now_s) { return reading_of(std::fmod(counted_j(now_s, 100.0), 333.0), now_s); },
      333.0));
  test.run_until(kBeginS + 20.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 19.0);
  EXPECT_NEAR(energy.energy.value(), 1800.0, 1.0);
  EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-9);
  EXPECT_THAT(texts(test.meter.take_notes()), IsEmpty());
}

TestSource::Read wraps_at_500_j() {
  return [](double now_s) { return reading_of(std::fmod(counted_j(now_s, 100.0), 500.0), now_s); };
}

TEST(Meter, WhatMayHaveWrappedMoreThanOnceIsUncovered) {
  TestMeter test(counter(wraps_at_500_j(), 500.0));
  test.run_until(kBeginS + 8.0);
  test.skip_to(kBeginS + 20.0);
  test.run_until(kBeginS + 30.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 29.0);
  EXPECT_NEAR(energy.uncovered.value(), 12.0, 0.4);
  EXPECT_NEAR(energy.energy.value() + 100.0 * energy.uncovered.value(), 2800.0, 3.0);
  const auto notes = test.meter.take_notes();
  ASSERT_EQ(notes.size(), 1U) << texts(notes);
  EXPECT_THAT(notes[0].text, HasSubstr("may have wrapped more than once"));
}

TEST(Meter, WhatCanHaveWrappedOnlyOnceIsCounted) {
  TestMeter test(counter(wraps_at_500_j(), 500.0));
  test.run_until(kBeginS + 8.0);
  test.skip_to(kBeginS + 8.4);
  test.run_until(kBeginS + 12.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value(), 1000.0, 1.0);
  EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-9);
  EXPECT_THAT(texts(test.meter.take_notes()), IsEmpty());
}

TestSource::Read restarts_at(double time_s) {
  return [time_s](double now_s) {
    const double value_j = counted_j(now_s, 100.0);
    return reading_of(now_s < time_s ? value_j : value_j - counted_j(time_s, 100.0), now_s);
  };
}

TEST(Meter, CountsOnAfterARestart) {
  TestMeter test(counter(restarts_at(kBeginS + 5.0)));
  test.run_until(kBeginS + 12.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value() + 100.0 * energy.uncovered.value(), 1000.0, 3.0);
  EXPECT_GT(energy.uncovered.value(), 0.0);
  EXPECT_LT(energy.uncovered.value(), 0.3);
  EXPECT_THAT(texts(test.meter.take_notes()), HasSubstr("gpu0: energy counter: restarted"));
}

TEST(Meter, BridgesARestartWithPower) {
  TestMeter test(checked_counter(restarts_at(kBeginS + 5.0)));
  test.run_until(kBeginS + 12.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value(), 1000.0, 3.0);
  EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-9);
  EXPECT_EQ(energy.origin, Origin::kIntegrated);
  EXPECT_EQ(test.between(kBeginS + 1.0, kBeginS + 4.0).origin, Origin::kCounter);
  EXPECT_EQ(test.between(kBeginS + 6.0, kBeginS + 11.0).origin, Origin::kCounter);
}

TEST(Meter, BridgesWithPowerWhatMayHaveWrapped) {
  TestMeter test(checked_counter(
      [](double now_s) {
        return now_s > kBeginS + 5.0 && now_s < kBeginS + 9.5 ? fault_of(Fault::kUnreadable, now_s)
                                                              : wraps_at_500_j()(now_s);
      },
      500.0));
  test.run_until(kBeginS + 20.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 19.0);
  EXPECT_NEAR(energy.energy.value(), 1800.0, 5.0);
  EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-9);
  EXPECT_EQ(energy.origin, Origin::kIntegrated);
}

/// Sticks for a while, then jumps to where it should be.
TestSource::Read sticks(double from_s, double until_s) {
  return [=](double now_s) {
    const bool stuck = now_s >= from_s && now_s < until_s;
    return reading_of(counted_j(stuck ? from_s : now_s, 100.0), now_s);
  };
}

TEST(Meter, IntegratesPowerWhileTheCounterSticksAndNeverCountsTheJump) {
  TestMeter test(checked_counter(sticks(kBeginS + 5.0, kBeginS + 15.0)));
  test.run_until(kBeginS + 30.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 29.0);
  EXPECT_NEAR(energy.energy.value(), 2800.0, 10.0);
  EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-9);
  const auto stuck = test.between(kBeginS + 6.0, kBeginS + 14.0);
  EXPECT_NEAR(stuck.energy.value(), 800.0, 3.0);
  EXPECT_EQ(stuck.origin, Origin::kIntegrated);
  EXPECT_EQ(test.between(kBeginS + 17.0, kBeginS + 29.0).origin, Origin::kCounter);
  const auto from = test.meter.at(0, kBeginS + 1.0);
  const auto to = test.meter.at(0, kBeginS + 29.0);
  EXPECT_NEAR((to->integrated - from->integrated).value(), 10.0, 0.3);
  const std::string notes = texts(test.meter.take_notes());
  EXPECT_THAT(notes, HasSubstr("has not moved for"));
  EXPECT_THAT(notes, HasSubstr("integrated from power"));
  EXPECT_THAT(notes, HasSubstr("moves again"));
}

TEST(Meter, StuckWithoutPowerIsUncoveredAndNotZero) {
  TestMeter test(counter(sticks(kBeginS + 5.0, kBeginS + 25.0)));
  test.run_until(kBeginS + 40.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 39.0);
  EXPECT_NEAR(energy.uncovered.value(), 20.0, 0.3);
  EXPECT_NEAR(energy.energy.value(), 1800.0, 30.0);
}

TEST(Meter, ImplausibleJumpsAreLeftOut) {
  TestMeter test(counter([](double now_s) {
    return reading_of(counted_j(now_s, 100.0) + (now_s > kBeginS + 5.0 ? 1e9 : 0.0), now_s);
  }));
  test.run_until(kBeginS + 12.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value() + 100.0 * energy.uncovered.value(), 1000.0, 3.0);
  EXPECT_LT(energy.uncovered.value(), 0.3);
  EXPECT_THAT(texts(test.meter.take_notes()), HasSubstr("which cannot be"));
}

TEST(Meter, ACountersDifferenceHoldsOverFailedReadings) {
  TestMeter test(counter([](double now_s) {
    return now_s > kBeginS + 5.0 && now_s < kBeginS + 6.5
               ? fault_of(Fault::kUnreadable, now_s)
               : reading_of(counted_j(now_s, 100.0), now_s);
  }));
  test.run_until(kBeginS + 12.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value(), 1000.0, 1.0);
  EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-9);
}

TEST(Meter, ALostDeviceEndsAndHoldsNothingUp) {
  TestMeter test(counter([](double now_s) {
    return now_s > kBeginS + 5.0 ? fault_of(Fault::kLost, now_s)
                                 : reading_of(counted_j(now_s, 100.0), now_s);
  }));
  test.run_until(kBeginS + 12.0);
  EXPECT_GT(test.meter.settled_until(), kBeginS + 11.5);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value(), 400.0, 15.0);
  EXPECT_NEAR(energy.uncovered.value(), 6.0, 0.2);
  EXPECT_FALSE(test.meter.power_now(0).has_value());
  const auto notes = test.meter.take_notes();
  ASSERT_EQ(notes.size(), 1U) << texts(notes);
  EXPECT_THAT(notes[0].text, HasSubstr("lost"));
}

TEST(Meter, NotesOfOneKindEnd) {
  TestMeter test(checked_counter([](double now_s) {
    return std::fmod(now_s, 2.0) < 1.0 ? fault_of(Fault::kLost, now_s)
                                       : reading_of(counted_j(now_s, 100.0), now_s);
  }));
  test.run_until(kBeginS + 100.0);
  const auto notes = test.meter.take_notes();
  EXPECT_LE(notes.size(), 5 * MeterNotes::kMost) << texts(notes);
  const auto lost = std::count_if(notes.begin(), notes.end(), [](const MeterNote& note) {
    return note.text.find("the device is lost") != std::string::npos;
  });
  EXPECT_EQ(lost, 20);
  EXPECT_THAT(texts(notes), HasSubstr("further notes of this kind are left out"));
}

TEST(Meter, PowerStandsInForACounterThatWasNeverThere) {
  TestMeter test(
      checked_counter([](double now_s) { return fault_of(Fault::kUnsupported, now_s); }));
  test.run_until(kBeginS + 12.0);
  const auto energy = test.between(kBeginS + 1.0, kBeginS + 11.0);
  EXPECT_NEAR(energy.energy.value(), 1000.0, 3.0);
  EXPECT_EQ(energy.origin, Origin::kIntegrated);
  EXPECT_THAT(texts(test.meter.take_notes()), HasSubstr("not supported"));
}

TEST(Meter, ADeviceNeverReadIsUncoveredNotZero) {
  TestMeter test(counter([](double now_s) { return fault_of(Fault::kForbidden, now_s); }));
  test.run_until(kBeginS + 5.0);
  EXPECT_NEAR(test.between(kBeginS + 1.0, kBeginS + 4.0).uncovered.value(), 3.0, 1e-6);
}

TEST(Meter, TimeBeforeTheFirstReadingIsUncovered) {
  TestMeter test(counter([](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); }));
  test.run_until(kBeginS + 5.0);
  const auto energy = test.between(kBeginS - 2.0, kBeginS + 3.0);
  EXPECT_NEAR(energy.uncovered.value(), 2.0, 1e-6);
  EXPECT_NEAR(energy.energy.value(), 300.0, 3.0);
}

TEST(Meter, AStoppedProcessLosesPowerButNoCounts) {
  auto source = counter([](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); });
  source->add(power_channel("gpu1", kPeriodS, 0.0, 0.0),
              [](double now_s) { return reading_of(50.0, now_s); });
  TestMeter test(std::move(source));
  test.run_until(kBeginS + 5.0);
  test.skip_to(kBeginS + 15.0);
  test.run_until(kBeginS + 20.0);
  const auto counted = test.between(kBeginS + 1.0, kBeginS + 19.0, 0);
  EXPECT_NEAR(counted.energy.value(), 1800.0, 2.0);
  EXPECT_NEAR(counted.uncovered.value(), 0.0, 1e-9);
  EXPECT_NEAR(test.between(kBeginS + 1.0, kBeginS + 19.0, 1).uncovered.value(), 10.0, 0.2);
}

TEST(Meter, WarnsWhenCounterAndPowerDisagree) {
  auto source =
      checked_counter([](double now_s) { return reading_of(counted_j(now_s, 60.0), now_s); });
  TestMeter test(std::move(source));
  test.run_until(kBeginS + 20.0);
  EXPECT_NEAR(test.meter.cross_check(0).value_or(0.0), 100.0 / 60.0, 0.02);
  EXPECT_THAT(texts(test.meter.take_notes()), HasSubstr("disagree by +67 %"));
}

TEST(Meter, IsSilentWhenTheyAgree) {
  TestMeter test(
      checked_counter([](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); }));
  test.run_until(kBeginS + 20.0);
  EXPECT_NEAR(test.meter.cross_check(0).value_or(0.0), 1.0, 0.01);
  EXPECT_THAT(texts(test.meter.take_notes()), IsEmpty());
}

TEST(Meter, LearnsPeriodsAndPollsToFit) {
  for (const double period_s : {0.05, 0.1, 0.25, 1.0}) {
    auto source = std::make_unique<TestSource>();
    source->add(counter_channel("gpu0", 0.0), [=](double now_s) {
      return reading_of(100.0 * held_since(now_s, period_s, 0.013), now_s);
    });
    TestMeter test(std::move(source));
    test.run_until(kBeginS + 25.0 * period_s + 3.0);
    EXPECT_NEAR(test.meter.update_period(0).value_or(Seconds()).value(), period_s, 0.01 * period_s);
    const double poll_s = test.meter.next_poll_in(Seconds(0.1)).value();
    EXPECT_GE(poll_s, 0.02);
    EXPECT_LE(poll_s, std::min(0.1, 0.9 * period_s));
  }
}

// A counter that moves at every poll once made another tool infer a period of 0 and spin.
TEST(Meter, NeverSpins) {
  auto source = std::make_unique<TestSource>();
  source->add(counter_channel("cpu", 0.001),
              [](double now_s) { return reading_of(50.0 * held_since(now_s, 0.001, 0.0), now_s); });
  TestMeter test(std::move(source));
  test.run_until(kBeginS + 10.0);
  EXPECT_GE(test.meter.next_poll_in(Seconds(0.1)).value(), 0.02);
  EXPECT_NEAR(test.between(kBeginS + 1.0, kBeginS + 9.0).energy.value(), 400.0, 0.3);
}

// An average over a second that was not yet running reads 0 W at first.
TEST(Meter, AveragesAreShiftedBack) {
  auto source = std::make_unique<TestSource>();
  const TestWave wave({{60.0, 10.0}, {300.0, 20.0}});
  source->add(power_channel("gpu0", kPeriodS, 1.0, 0.1), [wave](double now_s) {
    const double end_s = held_since(now_s, kPeriodS, kPhaseS) - 0.1;
    return reading_of(wave.energy_j(end_s) - wave.energy_j(end_s - 1.0), now_s);
  });
  TestMeter test(std::move(source), 1020.0);  // 10 s before a step up
  test.run_until(1055.0);
  const double from_s = 1022.0;
  const double to_s = 1033.0;
  EXPECT_NEAR(test.between(from_s, to_s).energy.value(),
              wave.energy_j(to_s) - wave.energy_j(from_s), 3.0);
}

TEST(Meter, CloseEndsTheCurvesAtOnce) {
  auto source =
      checked_counter([](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); });
  source->add(power_channel("gpu1", kPeriodS, 1.0, 0.1),
              [](double now_s) { return reading_of(50.0, now_s); });
  TestMeter test(std::move(source));
  test.run_until(kBeginS + 10.0);
  const double end_s = test.now_s();
  test.meter.poll(end_s);
  test.meter.close(end_s);
  EXPECT_EQ(test.meter.settled_until(), end_s);
  for (const std::size_t device : {0U, 1U}) {
    const auto energy = test.between(kBeginS + 1.0, end_s, device);
    const double truth_j = (device == 0 ? 100.0 : 50.0) * (end_s - kBeginS - 1.0);
    EXPECT_NEAR(energy.energy.value(), truth_j, 1.0);
    EXPECT_NEAR(energy.uncovered.value(), 0.0, 1e-6);
    EXPECT_GT(energy.cut_error.value(), 0.1);
  }
}

TEST(Meter, RemembersAMinuteOnly) {
  TestMeter test(counter([](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); }));
  test.run_until(kBeginS + 400.0);
  EXPECT_TRUE(test.meter.at(0, kBeginS + 338.0).has_value());
  EXPECT_FALSE(test.meter.at(0, kBeginS + 1.0).has_value());
}

TEST(Meter, IsReadWhileItIsPolled) {
  TestMeter test(
      checked_counter([](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); }));
  std::thread reader([&meter = test.meter] {
    double last_j = 0.0;
    while (meter.settled_until() < kBeginS + 100.0) {
      const auto point = meter.at(0, meter.settled_until());
      const double energy_j = point ? point->energy.value() : last_j;
      EXPECT_GE(energy_j, last_j);
      last_j = energy_j;
      (void)meter.power_now(0);
      (void)meter.take_notes();
      (void)meter.telemetry(0);
    }
  });
  test.run_until(kBeginS + 102.0);
  reader.join();
}

/// Its telemetry lasts until it has been polled once more.
class SlowTelemetry : public TestSource {
 public:
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    TestSource::poll(now_s, readings);
    if (asked_) polled_.release();
  }
  std::vector<Telemetry> telemetry(int /*root_pid*/) override {
    asked_ = true;
    polled_.acquire();
    return {};
  }
  bool asked() const { return asked_; }

 private:
  std::atomic<bool> asked_ = false;
  std::counting_semaphore<> polled_{0};
};

TEST(Meter, TelemetryDoesNotHoldUpThePolling) {
  auto source = std::make_unique<SlowTelemetry>();
  const SlowTelemetry& slow = *source;
  source->add(counter_channel("gpu0", kPeriodS),
              [](double now_s) { return reading_of(counted_j(now_s, 100.0), now_s); });
  TestMeter test(std::move(source));
  std::thread asker([&meter = test.meter] { (void)meter.telemetry(0); });
  while (!slow.asked()) std::this_thread::yield();
  test.step();
  asker.join();
}

}  // namespace
}  // namespace joulecast::measure
