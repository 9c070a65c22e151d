#include "measure/rocm_smi.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "joulecast/measure/clock.h"
#include "joulecast/measure/replay.h"
#include "measure/fake_sys_tree.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kLibrary = JOULECAST_FAKE_DIR "/librocm_smi64.so";
constexpr const char* kOldLibrary = JOULECAST_FAKE_DIR "/old/librocm_smi64.so";

/// The pretended GPUs, and no variable that chooses among them.
class RocmSmiTest : public testing::Test {
 protected:
  RocmSmiTest() {
    for (const char* name : {"ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES",
                             "SLURM_STEP_GPUS", "SLURM_JOB_GPUS"}) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
      unsetenv(name);
    }
    options_.rocm_smi_library = kLibrary;
  }
  ~RocmSmiTest() override {
    set_time(-1.0);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    unsetenv("JOULECAST_FAKE_GPU");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    unsetenv("ROCR_VISIBLE_DEVICES");
  }

  /// An MI-like GPU's counter moves every millisecond.
  void open(const std::string& settings) {
    const std::string all = "architecture=cdna energy_period=1ms wave=300W*1s " + settings;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    setenv("JOULECAST_FAKE_GPU", all.c_str(), 1);
    opened_ = {};
    status_ = open_rocm_smi(options_, opened_);
    if (!opened_.sources.empty()) readings_.resize(source().channels().size());
  }

  Source& source() { return *opened_.sources.back(); }
  const Channel& channel(std::size_t i) { return source().channels()[i]; }
  const Reading& poll(double now_s, std::size_t i) {
    source().poll(now_s, readings_);
    return readings_[i];
  }
  std::vector<std::string> ids() {
    std::vector<std::string> all;
    for (const Channel& channel : source().channels()) {
      if (channel.role == Channel::Role::kTotal) all.push_back(channel.device.id);
    }
    return all;
  }
  std::string details() const {
    std::string all;
    for (const Finding& finding : opened_.findings) all += finding.detail + "\n";
    return all;
  }

  /// Virtual time of the pretended library; negative: the real clock.
  void set_time(double monotonic_s) const {
    void* library = dlopen(options_.rocm_smi_library.c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return;
    using SetTime = void (*)(double);
    reinterpret_cast<SetTime>(dlsym(library, "joulecast_fake_set_time"))(monotonic_s);
    dlclose(library);
  }

  SourceOptions options_;
  OpenedSources opened_;
  Status status_;
  std::vector<Reading> readings_;
};

TEST_F(RocmSmiTest, ALibraryThatIsNotThereIsAFinding) {
  options_.rocm_smi_library = "libjoulecast_nowhere.so";
  open("");
  ASSERT_TRUE(status_.ok());
  EXPECT_TRUE(opened_.sources.empty());
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kAbsent);
  EXPECT_EQ(opened_.findings[0].detail, "no libjoulecast_nowhere.so");
}

TEST_F(RocmSmiTest, ALibraryWithoutItsFunctionsIsBroken) {
  options_.rocm_smi_library = JOULECAST_FAKE_DIR "/libnvidia-ml.so.1";
  open("");
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kBroken);
  EXPECT_THAT(opened_.findings[0].detail, HasSubstr("has no rsmi_init"));
}

TEST_F(RocmSmiTest, ADriverThatDoesNotStartIsBroken) {
  open("init-fails=INIT_ERROR");
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kBroken);
  EXPECT_THAT(opened_.findings[0].detail, HasSubstr("rsmi_init fails with status 8"));
}

TEST_F(RocmSmiTest, NoGpuIsAFinding) {
  open("gpus=0");
  EXPECT_TRUE(opened_.sources.empty());
  EXPECT_EQ(details(), "ROCm-SMI 7.3.0: no GPU\n");
}

TEST_F(RocmSmiTest, EnergyCountsInTheDriversTicksNotTheRoundedOnes) {
  open("gpus=2 model=\"AMD Instinct MI210\" limit=300W");
  ASSERT_THAT(ids(), ElementsAre("gpu0", "gpu1"));
  EXPECT_EQ(channel(0).quantity, Channel::Quantity::kEnergy);
  EXPECT_EQ(channel(0).device.origin, Origin::kCounter);
  EXPECT_EQ(channel(0).device.source, "ROCm-SMI 7.3.0 energy counter");
  EXPECT_EQ(channel(0).device.name, "AMD Instinct MI210");
  EXPECT_EQ(channel(0).device.power_limit, Watts(300.0));
  EXPECT_EQ(channel(1).role, Channel::Role::kCheck);
  EXPECT_EQ(channel(1).of, 0U);
  EXPECT_EQ(channel(3).of, 2U);

  set_time(1e6);
  const double before_j = poll(1e6, 0).value;
  set_time(1e6 + 10.0);
  // With the library's 15.3 uJ a tick this would be 3008 J.
  EXPECT_NEAR(poll(1e6 + 10.0, 0).value - before_j, 3000.0, 0.5);
  EXPECT_NEAR(poll(1e6 + 10.0, 1).value, 300.0, 1e-3);
  EXPECT_EQ(readings_[3].time_s, 1e6 + 10.0);
}

TEST_F(RocmSmiTest, ACounterThatDoesNotMoveIsReplacedByPower) {
  open("gpus=2 gpu1.fault=counter-stuck@0s");
  ASSERT_THAT(ids(), ElementsAre("gpu0", "gpu1"));
  ASSERT_EQ(source().channels().size(), 3U);
  EXPECT_EQ(channel(2).quantity, Channel::Quantity::kPower);
  EXPECT_EQ(channel(2).role, Channel::Role::kTotal);
  EXPECT_EQ(channel(2).device.origin, Origin::kIntegrated);
  EXPECT_THAT(details(), HasSubstr("did not move within 60 ms at 300 W, so power is used"));
}

TEST_F(RocmSmiTest, WithoutACounterPowerIsUsed) {
  open("fault=not-supported:rsmi_dev_energy_count_get");
  ASSERT_EQ(source().channels().size(), 1U);
  EXPECT_EQ(channel(0).device.source, "ROCm-SMI 7.3.0 socket power");
  EXPECT_EQ(channel(0).window, Seconds(0.0));
  EXPECT_THAT(details(), HasSubstr("its energy counter is not supported, so power is used"));
}

TEST_F(RocmSmiTest, WithoutInstantPowerTheAverageIsUsed) {
  open("fault=not-supported:rsmi_dev_current_socket_power_get");
  EXPECT_EQ(channel(1).device.source, "ROCm-SMI 7.3.0 average power");
  EXPECT_EQ(channel(1).window, Seconds(1.0));
}

TEST_F(RocmSmiTest, WithoutPowerTheCounterIsUsed) {
  open("fault=not-supported:rsmi_dev_power_get");
  ASSERT_EQ(source().channels().size(), 1U);
  EXPECT_EQ(channel(0).quantity, Channel::Quantity::kEnergy);
}

TEST_F(RocmSmiTest, AGpuThatMayNotBeReadSaysWhatItWouldTake) {
  open("fault=no-permission:rsmi_dev_energy_count_get,no-permission:rsmi_dev_power_get");
  EXPECT_TRUE(opened_.sources.empty());
  ASSERT_EQ(opened_.findings.size(), 1U);
  EXPECT_EQ(opened_.findings[0].state, Finding::State::kForbidden);
  EXPECT_THAT(opened_.findings[0].remedy, HasSubstr("usermod -aG render,video"));
  EXPECT_FALSE(opened_.findings[0].consequence.empty());
}

TEST_F(RocmSmiTest, TheSecondDieOfACardIsNotCountedAgain) {
  const std::string two_cards =
      "gpus=4 gpu1.uuid=GPU-fa4e0000-6a6f-756c-6563-617374000000 "
      "gpu3.uuid=GPU-fa4e0002-6a6f-756c-6563-617374000000";
  open(two_cards);
  EXPECT_THAT(ids(), ElementsAre("gpu0", "gpu2"));
  EXPECT_THAT(details(), HasSubstr("whole card of 2 dies, which is counted once"));
  EXPECT_EQ(channel(0).device.source, "ROCm-SMI 7.3.0 energy counter of the whole card (2 dies)");

  // A job that was given the second die draws from what the first one's sensors see.
  options_.gpus = "3";
  open(two_cards);
  EXPECT_THAT(ids(), ElementsAre("gpu2"));
}

TEST_F(RocmSmiTest, VariablesAndOptionsChoose) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  setenv("ROCR_VISIBLE_DEVICES", "2,GPU-00000000fa4e0001", 1);
  open("gpus=4");
  EXPECT_THAT(ids(), ElementsAre("gpu1", "gpu2"));
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  setenv("ROCR_VISIBLE_DEVICES", "", 1);
  open("gpus=4");
  EXPECT_TRUE(opened_.sources.empty());
  EXPECT_THAT(details(), HasSubstr("none is chosen by ROCR_VISIBLE_DEVICES"));
  options_.gpus = "7";
  open("gpus=4");
  ASSERT_FALSE(status_.ok());
  EXPECT_THAT(status_.error().message, HasSubstr("gpu3"));
}

TEST_F(RocmSmiTest, BesideOtherGpusNumbersGoOnAndMeanThose) {
  const FakeSysTree tree{{"/gpu.csv", "time_s,power_gpu0_w\n0,100\n1,100\n"}};
  const auto with_replay = [&](const std::string& settings) {
    auto replay = open_replay(tree.at("/gpu.csv"), {}, Clock());
    ASSERT_TRUE(replay.ok()) << replay.error().message;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    setenv("JOULECAST_FAKE_GPU", ("architecture=cdna energy_period=1ms " + settings).c_str(), 1);
    opened_ = {};
    opened_.sources.push_back(std::move(replay->source));
    status_ = open_rocm_smi(options_, opened_);
  };
  with_replay("gpus=2");
  EXPECT_THAT(ids(), ElementsAre("gpu1", "gpu2"));
  options_.gpus = "0";
  with_replay("gpus=2");
  EXPECT_TRUE(status_.ok());
  EXPECT_EQ(opened_.sources.size(), 1U);
  options_.gpus = "GPU-00000000fa4e0001";
  with_replay("gpus=2");
  EXPECT_THAT(ids(), ElementsAre("gpu2"));
}

TEST_F(RocmSmiTest, AnOlderLibraryHasAveragePowerOnly) {
  options_.rocm_smi_library = kOldLibrary;
  open("clock=1700");
  ASSERT_EQ(source().channels().size(), 2U);
  EXPECT_EQ(channel(1).window, Seconds(1.0));
  EXPECT_EQ(poll(1.0, 1).fault, Fault::kNone);
  EXPECT_EQ(source().telemetry(0)[0].clock_mhz, 1700.0);
}

TEST_F(RocmSmiTest, TelemetryIsWhatTheLibraryTells) {
  open("clock=1700 temperature=64.5 utilisation=0.5 memory_total=64GB memory_used=2GB limit=500W");
  const auto all = source().telemetry(0);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].device_id, "gpu0");
  EXPECT_EQ(all[0].utilisation, 0.5);
  EXPECT_EQ(all[0].memory_total, Bytes(64e9));
  EXPECT_EQ(all[0].memory_used, Bytes(2e9));
  EXPECT_EQ(all[0].temperature_c, 64.5);
  EXPECT_EQ(all[0].clock_mhz, 1700.0);
  EXPECT_EQ(all[0].power_limit, Watts(500.0));
}

TEST_F(RocmSmiTest, FaultsUnderWayAreTold) {
  const std::pair<const char*, Fault> cases[] = {
      {"gpu-lost@1000s", Fault::kLost},
      {"no-permission@1000s", Fault::kForbidden},
      {"unreadable@1000s", Fault::kUnreadable},
      // The library says so where the driver's files are gone.
      {"not-supported@1000s", Fault::kLost},
  };
  for (const auto& [fault, expected] : cases) {
    open(std::string("fault=") + fault);
    EXPECT_EQ(poll(Clock().now(), 0).fault, Fault::kNone) << fault;
    set_time(Clock().now() + 2000.0);
    EXPECT_EQ(poll(Clock().now(), 0).fault, expected) << fault;
    EXPECT_EQ(readings_[1].fault, expected) << fault;
    set_time(-1.0);
  }
}

TEST_F(RocmSmiTest, OneReadingThatIsGoneIsNotALostGpu) {
  open("fault=not-supported:rsmi_dev_energy_count_get@1000s");
  set_time(Clock().now() + 2000.0);
  EXPECT_EQ(poll(1.0, 0).fault, Fault::kUnsupported);
  EXPECT_EQ(readings_[1].fault, Fault::kNone);
}

TEST_F(RocmSmiTest, HwmonDoesNotAddWhatRocmSmiMeasures) {
  open("gpus=2");
  const FakeSysTree tree{{"/sys/class/hwmon/hwmon3/name", "amdgpu\n"},
                         {"/sys/class/hwmon/hwmon3/power1_average", "90000000\n"}};
  tree.link("/sys/class/hwmon/hwmon3/device", "../../../devices/0000:02:00.0");
  EXPECT_THAT(rocm_smi_addresses(opened_), ElementsAre("0000:01:00.0", "0000:02:00.0"));
  options_.root = tree.root();
  ASSERT_TRUE(open_hwmon_gpus(options_, opened_).ok());
  EXPECT_EQ(opened_.sources.size(), 1U);
  EXPECT_THAT(opened_.findings.back().detail, HasSubstr("measured by ROCm-SMI"));
}

TEST_F(RocmSmiTest, GraphicsInsideTheCpuAreLeftToHwmonAndRapl) {
  const FakeSysTree tree{{"/sys/class/hwmon/hwmon3/name", "amdgpu\n"},
                         {"/sys/class/hwmon/hwmon3/in1_label", "vddnb\n"},
                         {"/sys/class/hwmon/hwmon3/power1_average", "90000000\n"}};
  tree.link("/sys/class/hwmon/hwmon3/device", "../../../devices/0000:02:00.0");
  options_.root = tree.root();
  open("gpus=2");
  EXPECT_THAT(ids(), ElementsAre("gpu0"));
  EXPECT_THAT(rocm_smi_addresses(opened_), ElementsAre("0000:01:00.0"));
  EXPECT_THAT(details(), HasSubstr("gpu1"));
  ASSERT_TRUE(open_hwmon_gpus(options_, opened_).ok());
  ASSERT_EQ(opened_.sources.size(), 2U);
  EXPECT_THAT(ids(), ElementsAre("cpu"));

  // Where RAPL has the chip, nobody else has.
  tree.write("/sys/class/powercap/intel-rapl:0/energy_uj", "1\n");
  open("gpus=2");
  ASSERT_TRUE(open_hwmon_gpus(options_, opened_).ok());
  EXPECT_EQ(opened_.sources.size(), 1U);
}

}  // namespace
}  // namespace joulecast::measure
