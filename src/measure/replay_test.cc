#include "joulecast/measure/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "joulecast/readers/reader.h"
#include "joulecast/run/integrate.h"
#include "measure/fake_sys_tree.h"

namespace joulecast::measure {
namespace {

using testing::HasSubstr;

constexpr const char* kRecording = JOULECAST_SOURCE_DIR "/data/recorded/transfer-digits";

/// A GPU from 100 W to 300 W within 10 s and at 300 W from then to 20 s; a CPU at 50 W, for 15 s.
constexpr const char* kRun =
    "time_s,power_cpu_w,power_gpu0_w\n"
    "0,50,100\n5,50,200\n10,50,300\n15,50,300\n20,,300\n";

class ReplayTest : public testing::Test {
 protected:
  void open(const std::string& faults = "", bool counters = false, const char* csv = kRun) {
    tree_.write("/run.csv", csv);
    ReplayOptions options;
    options.counters = counters;
    if (!faults.empty()) options.faults = parse_faults(faults).value();
    auto opened = open_replay(tree_.at("/run.csv"), options, Clock());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    replay_ = std::move(*opened);
    readings_.resize(replay_.source->channels().size());
  }
  std::string error_of(const std::string& faults, bool counters) {
    tree_.write("/run.csv", kRun);
    const auto opened =
        open_replay(tree_.at("/run.csv"),
                    {.counters = counters, .faults = parse_faults(faults).value()}, Clock());
    return opened.ok() ? "(no error)" : opened.error().message;
  }
  const Reading& gpu(double recorded_s) { return poll(recorded_s)[1]; }
  const std::vector<Reading>& poll(double recorded_s) {
    replay_.source->poll(replay_.zero_s + recorded_s, readings_);
    return readings_;
  }

  const FakeSysTree tree_{};
  Replay replay_;
  std::vector<Reading> readings_;
};

TEST_F(ReplayTest, DevicesSayThatTheyAreReplayed) {
  open();
  EXPECT_STREQ(replay_.source->name(), "replay");
  const auto channels = replay_.source->channels();
  ASSERT_EQ(channels.size(), 2U);
  EXPECT_EQ(channels[1].device.id, "gpu0");
  EXPECT_EQ(channels[1].device.kind, DeviceKind::kGpu);
  EXPECT_THAT(channels[1].device.source, HasSubstr("replay of "));
  EXPECT_THAT(channels[1].device.source, HasSubstr("run.csv"));
  EXPECT_EQ(channels[1].quantity, Channel::Quantity::kPower);
  EXPECT_EQ(channels[1].update_period, Seconds(5.0));
  EXPECT_EQ(replay_.duration_s, 20.0);
}

TEST_F(ReplayTest, PowerIsLinearBetweenSamplesAndHeldBeforeTheFirst) {
  open("", false, "time_s,power_gpu0_w\n2,100\n4,200\n6,300\n");
  const auto power_w = [&](double recorded_s) {
    poll(recorded_s);
    EXPECT_EQ(readings_[0].fault, Fault::kNone);
    return readings_[0].value;
  };
  EXPECT_DOUBLE_EQ(power_w(0.5), 100.0);
  EXPECT_NEAR(power_w(2.5), 125.0, 1e-6);
  EXPECT_NEAR(power_w(5.0), 250.0, 1e-6);
  EXPECT_NEAR(power_w(5.9999), 299.995, 1e-3);
  EXPECT_EQ(poll(6.01)[0].fault, Fault::kLost);
}

TEST_F(ReplayTest, EachDeviceEndsWithItsOwnLastSample) {
  open();
  EXPECT_EQ(poll(16.0)[0].fault, Fault::kLost);
  EXPECT_EQ(readings_[1].fault, Fault::kNone);
}

TEST_F(ReplayTest, ACounterMovesEveryTenthOfASecond) {
  open("", true);
  EXPECT_EQ(replay_.source->channels()[1].quantity, Channel::Quantity::kEnergy);
  EXPECT_EQ(replay_.source->channels()[1].update_period, Seconds(0.1));
  EXPECT_EQ(gpu(0.05).value, 0.0);
  // 100 W rising by 20 W/s: 100 t + 10 t^2 joules.
  EXPECT_NEAR(gpu(0.15).value, 10.1, 1e-4);
  EXPECT_NEAR(gpu(0.19).value, 10.1, 1e-4);
  EXPECT_NEAR(gpu(0.21).value, 20.4, 1e-4);
  EXPECT_NEAR(gpu(10.05).value, 2000.0, 1e-4);
  EXPECT_NEAR(gpu(19.95).value, 2000.0 + 9.9 * 300.0, 1e-3);
}

TEST_F(ReplayTest, FaultsBefallTheGpuAndNotTheOthers) {
  open("gpu-lost@5s");
  EXPECT_EQ(gpu(4.9).fault, Fault::kNone);
  EXPECT_EQ(gpu(5.1).fault, Fault::kLost);
  EXPECT_EQ(readings_[0].fault, Fault::kNone);
  EXPECT_EQ(gpu(14.0).fault, Fault::kLost);
}

TEST_F(ReplayTest, PermissionIsLostForGood) {
  open("permission-lost@5s");
  EXPECT_EQ(gpu(4.9).fault, Fault::kNone);
  EXPECT_EQ(gpu(5.1).fault, Fault::kForbidden);
}

TEST_F(ReplayTest, UnreadableForAWhile) {
  open("unreadable@5s+2s", true);
  EXPECT_EQ(gpu(5.1).fault, Fault::kUnreadable);
  EXPECT_EQ(gpu(6.9).fault, Fault::kUnreadable);
  EXPECT_EQ(gpu(7.1).fault, Fault::kNone);
  EXPECT_NEAR(readings_[1].value, 100.0 * 7.1 + 10.0 * 7.1 * 7.1, 1e-3);
}

TEST_F(ReplayTest, ACounterThatIsResetStartsFromZero) {
  open("counter-reset@5s,counter-reset@10s", true);
  EXPECT_NEAR(gpu(4.95).value, 490.0 + 240.1, 1e-3);
  EXPECT_NEAR(gpu(5.15).value, 20.1, 1e-3);
  EXPECT_NEAR(gpu(10.25).value, 60.0, 1e-3);
}

TEST_F(ReplayTest, ACounterThatSticksCatchesUpAtItsEnd) {
  open("counter-stuck@5s+2s", true);
  EXPECT_NEAR(gpu(5.05).value, 750.0, 1e-3);
  EXPECT_NEAR(gpu(6.95).value, 750.0, 1e-3);
  EXPECT_NEAR(gpu(7.05).value, 700.0 + 490.0, 1e-3);
  EXPECT_EQ(readings_[1].fault, Fault::kNone);
  open("counter-stuck@5s", true);
  EXPECT_NEAR(gpu(19.95).value, 750.0, 1e-3);
}

TEST_F(ReplayTest, ACounterThatWrapsDoesSoAtItsRange) {
  open("counter-wrap@10s", true);
  const Joules range = replay_.source->channels()[1].range;
  EXPECT_EQ(replay_.source->channels()[0].range, Joules(0.0));
  EXPECT_GT(range, Joules(1000.0));
  EXPECT_NEAR(gpu(9.95).value, range.value() - 299.0 * 0.1, 1e-3);
  EXPECT_NEAR(gpu(10.15).value, 30.0, 1e-3);
}

TEST_F(ReplayTest, FaultsThatCannotBe) {
  for (const char* faults : {"counter-reset@5s", "counter-stuck@5s", "counter-wrap@5s"}) {
    EXPECT_THAT(error_of(faults, false), HasSubstr("replay it with counters")) << faults;
  }
  EXPECT_THAT(error_of("gpu-lost@21s", true), HasSubstr("the recording ends at 20 s"));
  EXPECT_THAT(error_of("counter-wrap@1s,counter-wrap@2s", true), HasSubstr("counter-wrap"));
  EXPECT_THAT(error_of("counter-wrap@1s,counter-reset@2s", true), HasSubstr("counter-wrap"));
}

TEST_F(ReplayTest, RecordingsThatCannotBe) {
  EXPECT_FALSE(open_replay(tree_.at("/nothing"), {}, Clock()).ok());
  tree_.write("/epochs.csv", "epoch,duration_s,energy_j\n1,10,100\n2,10,100\n3,10,100\n");
  const auto without_samples = open_replay(tree_.at("/epochs.csv"), {}, Clock());
  ASSERT_FALSE(without_samples.ok());
  EXPECT_THAT(without_samples.error().message, HasSubstr("no samples of power"));
}

TEST_F(ReplayTest, TimeThatGoesBackIsHeld) {
  open("", true);
  const double value_j = gpu(8.0).value;
  EXPECT_EQ(gpu(3.0).value, value_j);
}

/// What reading the recording says that all devices took.
double recorded_j(const char* path) {
  EpochIntegrator integrator;
  EXPECT_TRUE(readers::read_run(path, {}, integrator).ok());
  double total_j = 0.0;
  for (const auto& device : integrator.finish().devices) total_j += device.total.value();
  return total_j;
}

TEST(ReplayRecordingTest, CountersGiveTheRecordingsJoules) {
  auto replay = open_replay(kRecording, {.counters = true, .faults = {}}, Clock());
  ASSERT_TRUE(replay.ok()) << replay.error().message;
  EXPECT_FALSE(replay->epochs.empty());
  for (const Epoch& epoch : replay->epochs) EXPECT_FALSE(epoch.energy.has_value());
  EXPECT_EQ(replay->plan.total, static_cast<double>(replay->epochs.size()));
  std::vector<Reading> readings(replay->source->channels().size());
  std::vector<double> last_j(readings.size());
  // Irregular polls, at times seconds apart: a counter forgets nothing.
  // NOLINTNEXTLINE(clang-analyzer-security.FloatLoopCounter)
  for (double time_s = 0.0; time_s < replay->duration_s; time_s += 0.05 + std::fmod(time_s, 3.0)) {
    replay->source->poll(replay->zero_s + time_s, readings);
    for (std::size_t i = 0; i < readings.size(); ++i) {
      if (readings[i].fault != Fault::kNone) continue;
      EXPECT_GE(readings[i].value, last_j[i]);
      last_j[i] = readings[i].value;
    }
  }
  replay->source->poll(replay->zero_s + replay->duration_s - 0.05, readings);
  double total_j = 0.0;
  for (const Reading& reading : readings) total_j += reading.value;
  const double expected_j = recorded_j(kRecording);
  // Up to a tenth of a second before the end the counter has not moved for the last time.
  EXPECT_NEAR(total_j, expected_j, 0.003 * expected_j);
}

TEST(ReplayRecordingTest, PowerGivesTheRecordingsJoules) {
  auto replay = open_replay(kRecording, {}, Clock());
  ASSERT_TRUE(replay.ok()) << replay.error().message;
  std::vector<Reading> readings(replay->source->channels().size());
  double total_j = 0.0;
  constexpr double kStepS = 0.07;
  // NOLINTNEXTLINE(clang-analyzer-security.FloatLoopCounter)
  for (double time_s = 0.0; time_s < replay->duration_s; time_s += kStepS) {
    replay->source->poll(replay->zero_s + time_s, readings);
    for (const Reading& reading : readings) {
      if (reading.fault == Fault::kNone) total_j += kStepS * reading.value;
    }
  }
  const double expected_j = recorded_j(kRecording);
  EXPECT_NEAR(total_j, expected_j, 0.003 * expected_j);
}

TEST(ReplayRecordingTest, AThousandTimesAsFastItIsTheSame) {
  const Clock clock(1000.0);
  auto replay = open_replay(kRecording, {.counters = true, .faults = {}}, clock);
  ASSERT_TRUE(replay.ok()) << replay.error().message;
  std::vector<Reading> readings(replay->source->channels().size());
  const double expected_j = recorded_j(kRecording);
  double total_j = 0.0;
  bool lost = false;
  while (!lost) {
    const double now_s = clock.now();
    replay->source->poll(now_s, readings);
    lost = true;
    double sum_j = 0.0;
    for (const Reading& reading : readings) {
      lost = lost && reading.fault == Fault::kLost;
      if (reading.fault == Fault::kNone) sum_j += reading.value;
    }
    total_j = std::max(total_j, sum_j);
    EXPECT_LE(sum_j, expected_j * 1.000001);
    clock.sleep_until(now_s + 1.0);
  }
  EXPECT_GT(total_j, 0.0);
}

}  // namespace
}  // namespace joulecast::measure
