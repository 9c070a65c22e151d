// Finding and choosing NVIDIA's GPUs, through the real loading code and the pretended library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ostream>
#include <string>

#include "joulecast/measure/sources.h"
#include "measure/nvml_test_library.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = Finding::State;

struct Opened {
  Status status;
  OpenedSources found;

  std::span<const Channel> channels() const {
    return found.sources.empty() ? std::span<const Channel>() : found.sources[0]->channels();
  }
  const Finding& first() const { return found.findings.at(0); }
};

Opened open_library(const std::string& file,
                    const std::optional<std::string>& gpus = std::nullopt) {
  SourceOptions options;
  options.nvml_library = file;
  options.gpus = gpus;
  Opened opened;
  opened.status = open_nvml(options, opened.found);
  return opened;
}

class Nvml : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "SLURM_JOB_GPUS",
                             "SLURM_STEP_GPUS", "CUDA_DEVICE_ORDER"}) {
      unset_variable(name);
    }
  }
  void TearDown() override { SetUp(); }
};

std::vector<std::string> device_ids(const Opened& opened) {
  std::vector<std::string> ids;
  for (const Channel& channel : opened.channels()) {
    if (channel.role == Channel::Role::kTotal) ids.push_back(channel.device.id);
  }
  return ids;
}

TEST_F(Nvml, CounterIsTotalAndPowerChecksIt) {
  const FakeNvml fake("gpus=2 limit=350W model=\"NVIDIA H100 PCIe\"");
  const Opened opened = open_library(fake.file());
  ASSERT_THAT(opened.channels(), SizeIs(4));
  const Channel& counter = opened.channels()[2];
  EXPECT_EQ(counter.device.id, "gpu1");
  EXPECT_EQ(counter.device.kind, DeviceKind::kGpu);
  EXPECT_EQ(counter.device.name, "NVIDIA H100 PCIe");
  EXPECT_EQ(counter.device.origin, Origin::kCounter);
  EXPECT_EQ(counter.device.power_limit, Watts(350.0));
  EXPECT_EQ(counter.device.source,
            "NVML energy counter, driver 550.54.14, GPU-fa4e0001-6a6f-756c-6563-617374000000");
  EXPECT_EQ(counter.quantity, Channel::Quantity::kEnergy);
  EXPECT_EQ(counter.role, Channel::Role::kTotal);
  const Channel& power = opened.channels()[3];
  EXPECT_EQ(power.quantity, Channel::Quantity::kPower);
  EXPECT_EQ(power.role, Channel::Role::kCheck);
  EXPECT_EQ(power.of, 2U);
  EXPECT_EQ(power.device.id, "gpu1");
  EXPECT_EQ(power.window, Seconds(0.0));
  ASSERT_THAT(opened.found.findings, SizeIs(1));
  EXPECT_EQ(opened.first().state, State::kWorks);
  EXPECT_THAT(opened.first().devices, ElementsAre("gpu0", "gpu1"));
  EXPECT_THAT(opened.first().detail, HasSubstr("gpu1 NVIDIA H100 PCIe: energy counter and power"));
}

struct PowerCase {
  const char* config;
  bool counter;
  double window_s;
  const char* source;
  friend std::ostream& operator<<(std::ostream& out, const PowerCase& one) {
    return out << one.config;
  }
};

class NvmlPower : public ::testing::TestWithParam<PowerCase> {};

TEST_P(NvmlPower, IsReadAsTheArchitectureMeansIt) {
  const FakeNvml fake(GetParam().config);
  const Opened opened = open_library(fake.file());
  ASSERT_FALSE(opened.channels().empty());
  EXPECT_EQ(opened.channels().size(), GetParam().counter ? 2U : 1U);
  const Channel& power = opened.channels().back();
  EXPECT_EQ(power.quantity, Channel::Quantity::kPower);
  EXPECT_EQ(power.role, GetParam().counter ? Channel::Role::kCheck : Channel::Role::kTotal);
  EXPECT_EQ(power.window, Seconds(GetParam().window_s));
  EXPECT_EQ(power.delay, Seconds(GetParam().window_s > 0.0 ? 0.1 : 0.0));
  EXPECT_THAT(power.device.source, HasSubstr(GetParam().source));
  EXPECT_EQ(power.device.origin, Origin::kIntegrated);
}

INSTANTIATE_TEST_SUITE_P(
    Architectures, NvmlPower,
    ::testing::Values(PowerCase{"architecture=pascal driver=470.1", false, 0.0, "NVML power, "},
                      PowerCase{"architecture=volta driver=470.1", true, 0.0, "NVML power, "},
                      PowerCase{"architecture=turing driver=470.1", true, 0.0, "NVML power, "},
                      PowerCase{"architecture=ga100 driver=470.1", true, 0.0, "NVML power, "},
                      PowerCase{"architecture=ampere driver=470.1", true, 1.0, "means over 1 s"},
                      PowerCase{"architecture=ada driver=525.60", true, 1.0, "means over 1 s"},
                      PowerCase{"architecture=hopper driver=525.60", true, 1.0, "means over 1 s"},
                      PowerCase{"architecture=ampere driver=535.1", true, 0.0, "instant"},
                      PowerCase{"architecture=blackwell driver=570.1", true, 0.0, "instant"},
                      PowerCase{"architecture=ampere fault=not-supported:nvmlDeviceGetFieldValues",
                                true, 1.0, "means over 1 s"},
                      PowerCase{"fault=not-supported:nvmlDeviceGetTotalEnergyConsumption", false,
                                0.0, "instant"},
                      PowerCase{"fault=no-permission:nvmlDeviceGetTotalEnergyConsumption", false,
                                0.0, "instant"}));

TEST_F(Nvml, OldLibraryGivesPowerOnly) {
  const FakeNvml fake("architecture=ampere", 1000.0, true);
  const Opened opened = open_library(fake.file());
  ASSERT_THAT(opened.channels(), SizeIs(1));
  EXPECT_EQ(opened.channels()[0].quantity, Channel::Quantity::kPower);
  EXPECT_EQ(opened.channels()[0].role, Channel::Role::kTotal);
  EXPECT_EQ(opened.channels()[0].window, Seconds(0.0));
  EXPECT_EQ(opened.first().state, State::kWorks);
}

TEST_F(Nvml, CounterWithoutPowerIsEnough) {
  const FakeNvml fake(
      "fault=not-supported:nvmlDeviceGetPowerUsage,not-supported:nvmlDeviceGetFieldValues");
  EXPECT_THAT(open_library(fake.file()).channels(), SizeIs(1));
}

TEST_F(Nvml, SaysWhyThereIsNoLibrary) {
  const Opened absent = open_library("libjoulecast-not-there.so.1");
  EXPECT_TRUE(absent.status.ok());
  EXPECT_THAT(absent.found.sources, IsEmpty());
  EXPECT_EQ(absent.first().state, State::kAbsent);
  EXPECT_THAT(absent.first().detail, HasSubstr("libjoulecast-not-there.so.1"));
  const Opened other = open_library("libm.so.6");
  EXPECT_EQ(other.first().state, State::kBroken);
  EXPECT_THAT(other.first().detail, HasSubstr("libm.so.6 has no nvmlInit_v2"));
}

TEST_F(Nvml, SaysWhyItDoesNotStart) {
  const auto opening = [](const std::string& error) {
    const FakeNvml fake("init-fails=" + error);
    return open_library(fake.file()).found.findings.at(0);
  };
  EXPECT_EQ(opening("DRIVER_NOT_LOADED").state, State::kAbsent);
  EXPECT_EQ(opening("DRIVER_NOT_LOADED").remedy, "sudo modprobe nvidia");
  EXPECT_EQ(opening("NO_PERMISSION").state, State::kForbidden);
  EXPECT_THAT(opening("NO_PERMISSION").remedy, HasSubstr("--gpus all"));
  EXPECT_THAT(opening("NO_PERMISSION").consequence, HasSubstr("container"));
  EXPECT_EQ(opening("LIB_RM_VERSION_MISMATCH").state, State::kBroken);
  EXPECT_THAT(opening("UNKNOWN").detail, "NVML does not start: Unknown Error");
}

TEST_F(Nvml, SaysThatThereAreNoGpus) {
  const FakeNvml fake("gpus=0");
  const Opened opened = open_library(fake.file());
  EXPECT_THAT(opened.found.sources, IsEmpty());
  EXPECT_EQ(opened.first().state, State::kAbsent);
  EXPECT_THAT(opened.first().detail, HasSubstr("shows no GPU"));
}

TEST_F(Nvml, OneBrokenGpuDoesNotHideTheOthers) {
  const FakeNvml fake("gpus=3 gpu0.fault=gpu-lost gpu1.fault=no-permission");
  const Opened opened = open_library(fake.file());
  EXPECT_THAT(device_ids(opened), ElementsAre("gpu2"));
  ASSERT_THAT(opened.found.findings, SizeIs(3));
  EXPECT_EQ(opened.found.findings[0].state, State::kBroken);
  EXPECT_EQ(opened.found.findings[0].detail, "gpu0: GPU is lost");
  EXPECT_EQ(opened.found.findings[1].state, State::kForbidden);
  EXPECT_EQ(opened.found.findings[2].state, State::kWorks);
}

TEST_F(Nvml, GpuThatTellsNothingIsSaidSo) {
  const FakeNvml fake(
      "architecture=pascal driver=470.1 fault=not-supported:nvmlDeviceGetPowerUsage");
  const Opened opened = open_library(fake.file());
  EXPECT_THAT(opened.found.sources, IsEmpty());
  EXPECT_EQ(opened.first().state, State::kBroken);
  EXPECT_EQ(opened.first().detail, "gpu0 tells neither energy nor power: Not Supported");
}

TEST_F(Nvml, MeasuresWhatTheTrainingMayUse) {
  const FakeNvml fake("gpus=4");
  set_variable("CUDA_VISIBLE_DEVICES", "3,1");
  const Opened opened = open_library(fake.file());
  EXPECT_THAT(device_ids(opened), ElementsAre("gpu1", "gpu3"));
  EXPECT_THAT(opened.first().detail, HasSubstr("(CUDA_VISIBLE_DEVICES=3,1)"));
  EXPECT_THAT(device_ids(open_library(fake.file(), "GPU-fa4e0002")), ElementsAre("gpu2"));
  EXPECT_THAT(open_library(fake.file(), "4").status.error().message, HasSubstr("gpu3 NVIDIA H100"));
  set_variable("CUDA_VISIBLE_DEVICES", "");
  const Opened hidden = open_library(fake.file());
  EXPECT_TRUE(hidden.status.ok());
  EXPECT_THAT(hidden.found.sources, IsEmpty());
  EXPECT_EQ(hidden.first().detail,
            "CUDA_VISIBLE_DEVICES= leaves none of the 4 GPUs to the training");
}

TEST_F(Nvml, MigSliceIsMeasuredAsItsWholeGpu) {
  const FakeNvml fake("gpus=2 gpu1.mig=3");
  set_variable("CUDA_VISIBLE_DEVICES", "MIG-51ce0102-6a6f-756c-6563-617374000000");
  const Opened opened = open_library(fake.file());
  EXPECT_THAT(device_ids(opened), ElementsAre("gpu1"));
  EXPECT_THAT(opened.channels()[0].device.source,
              HasSubstr("whole GPU: a MIG slice has no power of its own"));
  ASSERT_THAT(opened.found.findings, SizeIs(2));
  EXPECT_EQ(opened.found.findings[1].what, "MIG");
  EXPECT_THAT(opened.found.findings[1].detail, HasSubstr("gpu1 is cut into 3 MIG slices"));
  set_variable("CUDA_VISIBLE_DEVICES", "MIG-GPU-fa4e0001-6a6f-756c-6563-617374000000/1/0");
  EXPECT_THAT(device_ids(open_library(fake.file())), ElementsAre("gpu1"));
}

TEST_F(Nvml, WarnsWhereCudaMayCountOtherwise) {
  const FakeNvml fake("gpus=2 gpu1.model=\"NVIDIA T4\"");
  const auto notes = [&] { return open_library(fake.file()).found.findings.size() - 1; };
  EXPECT_EQ(notes(), 0U);
  set_variable("CUDA_VISIBLE_DEVICES", "1");
  EXPECT_EQ(notes(), 1U);
  EXPECT_EQ(open_library(fake.file()).found.findings[1].remedy,
            "export CUDA_DEVICE_ORDER=PCI_BUS_ID");
  set_variable("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
  EXPECT_EQ(notes(), 0U);
}

TEST_F(Nvml, NamesCannotCommandATerminal) {
  const FakeNvml fake("model=\"GPU\x1b[2J\"");
  EXPECT_EQ(open_library(fake.file()).channels()[0].device.name.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace joulecast::measure
