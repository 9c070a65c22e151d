#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "measure/fake_sys_tree.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

using testing::HasSubstr;

/// The files of a discrete AMD card with its average power.
FakeSysTree amd_card() {
  return FakeSysTree{{"/sys/class/hwmon/hwmon2/name", "amdgpu\n"},
                     {"/sys/class/hwmon/hwmon2/power1_average", "187000000\n"},
                     {"/sys/class/hwmon/hwmon2/power1_cap", "303000000\n"},
                     {"/sys/class/hwmon/hwmon2/temp1_input", "61000\n"},
                     {"/sys/class/hwmon/hwmon2/freq1_input", "2450000000\n"},
                     {"/sys/class/hwmon/hwmon2/device/device", "0x744c\n"},
                     {"/sys/class/hwmon/hwmon2/device/gpu_busy_percent", "97\n"},
                     {"/sys/class/hwmon/hwmon2/device/mem_info_vram_used", "1000\n"},
                     {"/sys/class/hwmon/hwmon2/device/mem_info_vram_total", "4000\n"}};
}

class HwmonGpuTest : public testing::Test {
 protected:
  HwmonGpuTest() {
    for (const char* name : {"ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES",
                             "SLURM_STEP_GPUS", "SLURM_JOB_GPUS"}) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
      unsetenv(name);
    }
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ~HwmonGpuTest() override { unsetenv("ROCR_VISIBLE_DEVICES"); }

  void open(const FakeSysTree& tree) {
    options_.root = tree.root();
    opened_ = {};
    status_ = open_hwmon_gpus(options_, opened_);
    if (!opened_.sources.empty()) readings_.resize(source().channels().size());
  }
  Source& source() { return *opened_.sources.back(); }
  const Channel& channel(std::size_t i) { return source().channels()[i]; }
  const Reading& poll(std::size_t i) {
    source().poll(5.0, readings_);
    return readings_[i];
  }

  SourceOptions options_;
  OpenedSources opened_;
  Status status_;
  std::vector<Reading> readings_;
};

TEST_F(HwmonGpuTest, NoGpuIsAFinding) {
  open(FakeSysTree{{"/sys/class/hwmon/hwmon0/name", "coretemp\n"}});
  EXPECT_TRUE(opened_.sources.empty());
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kAbsent);
}

TEST_F(HwmonGpuTest, AContainerWithoutSysHasNone) {
  open(FakeSysTree{});
  EXPECT_TRUE(status_.ok());
  EXPECT_TRUE(opened_.sources.empty());
}

TEST_F(HwmonGpuTest, AverageOfAnAmdCard) {
  const FakeSysTree tree = amd_card();
  open(tree);
  ASSERT_EQ(opened_.sources.size(), 1U);
  ASSERT_EQ(source().channels().size(), 1U);
  EXPECT_EQ(channel(0).device.id, "gpu0");
  EXPECT_EQ(channel(0).device.kind, DeviceKind::kGpu);
  EXPECT_EQ(channel(0).device.name, "AMD GPU 0x744c");
  EXPECT_EQ(channel(0).device.origin, Origin::kIntegrated);
  EXPECT_EQ(channel(0).device.power_limit, Watts(303.0));
  EXPECT_EQ(channel(0).window, Seconds(1.0));
  EXPECT_EQ(poll(0).fault, Fault::kNone);
  EXPECT_DOUBLE_EQ(readings_[0].value, 187.0);
  EXPECT_EQ(readings_[0].time_s, 5.0);
  tree.write("/sys/class/hwmon/hwmon2/power1_average", "90000000\n");
  EXPECT_DOUBLE_EQ(poll(0).value, 90.0);
  tree.write("/sys/class/hwmon/hwmon2/power1_average", "\n");
  EXPECT_EQ(poll(0).fault, Fault::kUnreadable);
}

TEST_F(HwmonGpuTest, InstantPowerAndCounterComeBeforeTheAverage) {
  const FakeSysTree tree = amd_card();
  tree.write("/sys/class/hwmon/hwmon2/power1_input", "200000000\n");
  tree.write("/sys/class/hwmon/hwmon2/energy1_input", "123456789\n");
  open(tree);
  ASSERT_EQ(source().channels().size(), 2U);
  EXPECT_EQ(channel(0).quantity, Channel::Quantity::kEnergy);
  EXPECT_EQ(channel(0).device.origin, Origin::kCounter);
  EXPECT_EQ(channel(1).role, Channel::Role::kCheck);
  EXPECT_EQ(channel(1).of, 0U);
  EXPECT_EQ(channel(1).window, Seconds(0.0));
  EXPECT_DOUBLE_EQ(poll(0).value, 123.456789);
  EXPECT_DOUBLE_EQ(readings_[1].value, 200.0);
}

TEST_F(HwmonGpuTest, TelemetryIsWhatTheFilesTell) {
  const FakeSysTree tree = amd_card();
  open(tree);
  const auto all = source().telemetry(0);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].device_id, "gpu0");
  EXPECT_DOUBLE_EQ(all[0].utilisation.value_or(0), 0.97);
  EXPECT_EQ(all[0].memory_used, Bytes(1000));
  EXPECT_EQ(all[0].memory_total, Bytes(4000));
  EXPECT_DOUBLE_EQ(all[0].temperature_c.value_or(0), 61.0);
  EXPECT_DOUBLE_EQ(all[0].clock_mhz.value_or(0), 2450.0);
}

TEST_F(HwmonGpuTest, GraphicsInsideTheCpuAreTheWholeChip) {
  const FakeSysTree tree = amd_card();
  tree.write("/sys/class/hwmon/hwmon2/in1_label", "vddnb\n");
  open(tree);
  ASSERT_EQ(opened_.sources.size(), 1U);
  EXPECT_EQ(channel(0).device.kind, DeviceKind::kCpu);
  EXPECT_THAT(channel(0).device.name, HasSubstr("whole chip"));
  EXPECT_TRUE(source().telemetry(0).empty());

  tree.write("/sys/class/powercap/intel-rapl:0/energy_uj", "1\n");
  open(tree);
  EXPECT_TRUE(opened_.sources.empty());
  EXPECT_THAT(opened_.findings[0].detail, HasSubstr("graphics inside the CPU"));

  options_.only = {"hwmon"};
  open(tree);
  EXPECT_EQ(opened_.sources.size(), 1U);
}

TEST_F(HwmonGpuTest, GraphicsWithoutASensorAreSaidToHaveNone) {
  open(FakeSysTree{{"/sys/class/hwmon/hwmon1/name", "amdgpu\n"}});
  EXPECT_TRUE(opened_.sources.empty());
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kAbsent);
  EXPECT_THAT(opened_.findings[0].detail, HasSubstr("no sensor of energy or power"));
}

TEST_F(HwmonGpuTest, ForbiddenFilesSayWhatItWouldTake) {
  const FakeSysTree tree = amd_card();
  tree.forbid("/sys/class/hwmon/hwmon2/power1_average");
  const AsOrdinaryUser user;
  if (!user.possible()) GTEST_SKIP() << "no other user here";
  open(tree);
  EXPECT_TRUE(opened_.sources.empty());
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kForbidden);
  EXPECT_THAT(opened_.findings[0].remedy, HasSubstr("sudo chmod a+r"));
  EXPECT_THAT(opened_.findings[0].remedy, HasSubstr("hwmon2/power1_average"));
  EXPECT_FALSE(opened_.findings[0].consequence.empty());
}

TEST_F(HwmonGpuTest, IntelCountsTheCardBeforeItsChip) {
  const FakeSysTree tree{{"/sys/class/hwmon/hwmon4/name", "xe\n"},
                         {"/sys/class/hwmon/hwmon4/energy1_label", "pkg\n"},
                         {"/sys/class/hwmon/hwmon4/energy1_input", "5000000\n"},
                         {"/sys/class/hwmon/hwmon4/energy2_label", "card\n"},
                         {"/sys/class/hwmon/hwmon4/energy2_input", "7000000\n"},
                         {"/sys/class/hwmon/hwmon4/power1_max", "0\n"},
                         {"/sys/class/hwmon/hwmon5/name", "i915\n"},
                         {"/sys/class/hwmon/hwmon5/energy1_input", "9000000\n"},
                         {"/sys/class/hwmon/hwmon5/power1_max", "190000000\n"},
                         {"/sys/class/hwmon/hwmon6/name", "i915_gt0\n"},
                         {"/sys/class/hwmon/hwmon6/energy1_input", "4000000\n"}};
  open(tree);
  ASSERT_EQ(source().channels().size(), 2U);
  EXPECT_EQ(channel(0).quantity, Channel::Quantity::kEnergy);
  EXPECT_EQ(channel(0).device.source, "energy counter of the xe driver (hwmon)");
  EXPECT_FALSE(channel(0).device.power_limit.has_value());
  EXPECT_DOUBLE_EQ(poll(0).value, 7.0);
  EXPECT_EQ(channel(1).device.id, "gpu1");
  EXPECT_EQ(channel(1).device.power_limit, Watts(190.0));
  EXPECT_DOUBLE_EQ(readings_[1].value, 9.0);
}

TEST_F(HwmonGpuTest, AmdsVariablesChooseAmongAmdCardsOnly) {
  const FakeSysTree tree = amd_card();
  tree.write("/sys/class/hwmon/hwmon7/name", "amdgpu\n");
  tree.write("/sys/class/hwmon/hwmon7/power1_average", "20000000\n");
  tree.write("/sys/class/hwmon/hwmon7/device/unique_id", "cf1182f2988c0a4c\n");
  tree.write("/sys/class/hwmon/hwmon8/name", "xe\n");
  tree.write("/sys/class/hwmon/hwmon8/energy1_input", "1000000\n");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  setenv("ROCR_VISIBLE_DEVICES", "GPU-cf1182f2988c0a4c", 1);
  open(tree);
  ASSERT_EQ(source().channels().size(), 2U);
  poll(0);
  EXPECT_DOUBLE_EQ(readings_[0].value, 1.0);
  EXPECT_DOUBLE_EQ(readings_[1].value, 20.0);

  options_.gpus = "9";
  open(tree);
  ASSERT_FALSE(status_.ok());
  EXPECT_THAT(status_.error().message, HasSubstr("gpu2"));
}

}  // namespace
}  // namespace joulecast::measure
