// Reading NVIDIA's GPUs, and what goes wrong in mid-run, in the virtual time of the pretended
// library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "joulecast/measure/sources.h"
#include "measure/nvml_test_library.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kStartSeconds = 1000.0;

// A pretended library and its opened source.
class Bench {
 public:
  explicit Bench(const std::string& config, bool old = false) : fake_(config, kStartSeconds, old) {
    SourceOptions options;
    options.nvml_library = fake_.file();
    options.gpus = "all";
    EXPECT_TRUE(open_nvml(options, opened_).ok());
    EXPECT_EQ(opened_.sources.size(), 1U);
    readings_.resize(opened_.sources.at(0)->channels().size());
  }

  Source& source() { return *opened_.sources[0]; }
  const FakeNvml& fake() const { return fake_; }
  /// Readings at a time after the start.
  const std::vector<Reading>& at(double after_s) {
    fake_.set_time(kStartSeconds + after_s);
    source().poll(kStartSeconds + after_s, readings_);
    return readings_;
  }

 private:
  FakeNvml fake_;
  OpenedSources opened_;
  std::vector<Reading> readings_;
};

TEST(NvmlSource, CounterFollowsTheTrueEnergyOnItsGrid) {
  Bench bench("gpus=2 wave=300W*0.7s,80W*0.3s phase=0.1s energy_phase=30ms");
  for (const std::size_t gpu : {0U, 1U}) {
    const double before_j = bench.at(0.03)[2 * gpu].value;
    const double after_j = bench.at(10.479)[2 * gpu].value;
    // 10.479 s after the start the counter has last moved at 10.43 s.
    const double truth_j = bench.fake().true_energy_j(static_cast<unsigned>(gpu),
                                                      kStartSeconds + 0.03, kStartSeconds + 10.43);
    EXPECT_NEAR(after_j - before_j, truth_j, 0.01);
  }
}

TEST(NvmlSource, AveragedPowerIsTheMeanOfItsWindow) {
  Bench bench("architecture=ampere driver=470.1 wave=300W*0.7s,80W*0.5s");
  const Channel& channel = bench.source().channels()[1];
  for (const double after_s : {3.0, 3.3, 3.9}) {
    const double end_s = kStartSeconds + after_s - channel.delay.value();
    const double truth_w = bench.fake().true_energy_j(0, end_s - channel.window.value(), end_s) /
                           channel.window.value();
    EXPECT_NEAR(bench.at(after_s + 0.02)[1].value, truth_w, 0.01);
  }
}

TEST(NvmlSource, InstantPowerIsThatOfTheMoment) {
  Bench bench("architecture=ada wave=300W*0.7s,80W*0.3s");
  EXPECT_DOUBLE_EQ(bench.at(3.65)[1].value, 300.0);
  EXPECT_DOUBLE_EQ(bench.at(3.85)[1].value, 80.0);
}

TEST(NvmlSource, ReadingsAreNoOlderThanThePoll) {
  Bench bench("gpus=8");
  double last_s = kStartSeconds + 1.0;
  for (const Reading& reading : bench.at(1.0)) {
    EXPECT_GE(reading.time_s, last_s);
    last_s = reading.time_s;
  }
}

struct FaultCase {
  const char* config;
  Fault counter, power;
  friend std::ostream& operator<<(std::ostream& out, const FaultCase& one) {
    return out << one.config;
  }
};

class NvmlFault : public ::testing::TestWithParam<FaultCase> {};

TEST_P(NvmlFault, IsReportedFromItsMomentOn) {
  Bench bench(std::string("gpus=2 gpu1.fault=") + GetParam().config);
  for (const Reading& reading : bench.at(4.9)) EXPECT_EQ(reading.fault, Fault::kNone);
  const auto& readings = bench.at(5.0);
  EXPECT_EQ(readings[0].fault, Fault::kNone);
  EXPECT_EQ(readings[1].fault, Fault::kNone);
  EXPECT_EQ(readings[2].fault, GetParam().counter);
  EXPECT_EQ(readings[3].fault, GetParam().power);
}

INSTANTIATE_TEST_SUITE_P(
    MidRun, NvmlFault,
    ::testing::Values(FaultCase{"gpu-lost@5s", Fault::kLost, Fault::kLost},
                      FaultCase{"no-permission@5s", Fault::kForbidden, Fault::kForbidden},
                      FaultCase{"not-supported@5s", Fault::kUnsupported, Fault::kUnsupported},
                      FaultCase{"unreadable@5s", Fault::kUnreadable, Fault::kUnreadable},
                      FaultCase{"no-permission:nvmlDeviceGetTotalEnergyConsumption@5s",
                                Fault::kForbidden, Fault::kNone},
                      FaultCase{"not-supported:nvmlDeviceGetFieldValues@5s", Fault::kNone,
                                Fault::kUnsupported}));

TEST(NvmlSource, PassingFaultPasses) {
  Bench bench("fault=unreadable@5s+2s");
  EXPECT_EQ(bench.at(6.9)[0].fault, Fault::kUnreadable);
  EXPECT_EQ(bench.at(7.0)[0].fault, Fault::kNone);
}

TEST(NvmlSource, CounterThatRestartsBeginsAtZero) {
  Bench bench("wave=100W*1s fault=counter-reset@5s");
  EXPECT_GT(bench.at(4.9)[0].value, 1e6);
  EXPECT_NEAR(bench.at(7.0)[0].value, 200.0, 0.01);
}

TEST(NvmlSource, StuckCounterStaysWhilePowerGoesOn) {
  Bench bench("wave=100W*6s,200W*6s start=1000 architecture=ada fault=counter-stuck@5s+10s");
  const double stuck_j = bench.at(5.0)[0].value;
  EXPECT_EQ(bench.at(9.0)[0].value, stuck_j);
  EXPECT_EQ(bench.at(9.0)[1].value, 200.0);
  EXPECT_GT(bench.at(15.1)[0].value, stuck_j);
}

TEST(NvmlSource, GainsShowInReadingsNotInTheTruth) {
  Bench bench("wave=100W*1s gain=1.1 power_gain=0.5");
  const double before_j = bench.at(0.0)[0].value;
  EXPECT_NEAR(bench.at(10.0)[0].value - before_j, 1100.0, 0.01);
  EXPECT_NEAR(bench.at(10.0)[1].value, 55.0, 0.01);
  EXPECT_NEAR(bench.fake().true_energy_j(0, 0.0, 10.0), 1000.0, 1e-9);
}

TEST(NvmlTelemetry, TellsWhatTheDeviceTells) {
  Bench bench(
      "utilisation=0.73 memory_total=80GB memory_used=20GB temperature=71 clock=1410 "
      "limit=400W throttle=36");
  const auto all = bench.source().telemetry(getpid());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].device_id, "gpu0");
  EXPECT_DOUBLE_EQ(all[0].utilisation.value(), 0.73);
  EXPECT_EQ(all[0].memory_used, Bytes(20e9));
  EXPECT_EQ(all[0].memory_total, Bytes(80e9));
  EXPECT_EQ(all[0].temperature_c, 71.0);
  EXPECT_EQ(all[0].clock_mhz, 1410.0);
  EXPECT_EQ(all[0].power_limit, Watts(400.0));
  EXPECT_THAT(all[0].throttle_reasons, ElementsAre("power limit", "too hot (software)"));
  EXPECT_THAT(all[0].other_processes, IsEmpty());
}

TEST(NvmlTelemetry, WhatIsNotToldIsAbsent) {
  Bench bench("fault=not-supported:nvmlDeviceGetTemperature mig=2", false);
  const auto all = bench.source().telemetry(getpid());
  EXPECT_FALSE(all.at(0).temperature_c.has_value());
  EXPECT_FALSE(all.at(0).utilisation.has_value()) << "MIG has none for the whole";
  Bench old("throttle=4", true);
  EXPECT_THAT(old.source().telemetry(getpid()).at(0).throttle_reasons, IsEmpty());
}

TEST(NvmlTelemetry, NamesProcessesOfOthers) {
  const std::string ours = std::to_string(getpid());
  const std::string parent = std::to_string(getppid());
  Bench bench("processes=" + ours + "," + parent + ",4194303");
  const auto others = bench.source().telemetry(getpid()).at(0).other_processes;
  ASSERT_EQ(others.size(), 2U);
  EXPECT_TRUE(others[0].starts_with(parent + " (")) << others[0];
  EXPECT_EQ(others[1], "4194303 (not visible from here)");
  // Seen from the parent, this process is a descendant.
  EXPECT_EQ(bench.source().telemetry(getppid()).at(0).other_processes.size(), 1U);
}

TEST(NvmlTelemetry, ReadsTheProcessesOfDriversWhoseEntriesAreLarger) {
  Bench bench("driver=535.54.03 processes=4194301,4194302,4194303");
  EXPECT_THAT(bench.source().telemetry(getpid()).at(0).other_processes,
              ElementsAre("4194301 (not visible from here)", "4194302 (not visible from here)",
                          "4194303 (not visible from here)"));
}

TEST(NvmlTelemetry, IsAskedWhileItIsPolled) {
  Bench bench("gpus=2 processes=4194303");
  std::thread asker([&source = bench.source()] {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(source.telemetry(getpid()).size(), 2U);
  });
  for (int i = 0; i < 500; ++i) {
    for (const Reading& reading : bench.at(0.01 * i)) EXPECT_EQ(reading.fault, Fault::kNone);
  }
  asker.join();
}

}  // namespace
}  // namespace joulecast::measure
