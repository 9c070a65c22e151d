#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "measure/fake_sys_tree.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

constexpr std::string_view kMeminfo = "MemTotal:       16000000 kB\nMemFree:  1000 kB\n";

/// Something that has the RAM already.
class DramSource : public Source {
 public:
  DramSource() { channel_.device.kind = DeviceKind::kRam; }
  const char* name() const override { return "rapl"; }
  std::span<const Channel> channels() const override { return {&channel_, 1}; }
  void poll(MonotonicSeconds, std::span<Reading>) override {}

 private:
  Channel channel_;
};

OpenedSources open(const FakeSysTree& tree, RamModel model, bool dram = false) {
  SourceOptions options;
  options.root = tree.root();
  options.ram = model;
  options.root_pid = 100;
  OpenedSources opened;
  if (dram) opened.sources.push_back(std::make_unique<DramSource>());
  EXPECT_TRUE(open_ram_model(options, opened).ok());
  EXPECT_EQ(opened.findings.size(), 1U);
  return opened;
}

Reading poll(Source& source, double now_s) {
  std::array<Reading, 1> reading;
  source.poll(now_s, reading);
  return reading[0];
}

TEST(RamModel, FollowsTheResidentMemoryOfTheTree) {
  // 100 MB: pages of 4 096 bytes, whatever this machine's are.
  const double pages = 100e6 / static_cast<double>(sysconf(_SC_PAGESIZE));
  const std::string statm = "90000 " + std::to_string(static_cast<int>(pages)) + " 1\n";
  const FakeSysTree tree{
      {"/proc/meminfo", kMeminfo}, {"/proc/100/statm", statm}, {"/proc/100/task/100/children", ""}};
  const auto opened = open(tree, RamModel::kPerProcess);
  Source& source = *opened.sources.at(0);
  const Channel& channel = source.channels()[0];
  EXPECT_EQ(channel.device.id, "ram");
  EXPECT_EQ(channel.device.kind, DeviceKind::kRam);
  EXPECT_EQ(channel.device.origin, Origin::kModelled);
  EXPECT_EQ(channel.device.source, "model: 3.75e-4 W/MB x resident memory of the process tree");

  const double before = poll(source, 1000.0).value;
  const Reading after = poll(source, 1080.0);
  EXPECT_EQ(after.fault, Fault::kNone);
  EXPECT_EQ(after.time_s, 1080.0);
  EXPECT_NEAR(after.value - before, 3.75e-4 * 100 * 80, 0.01);
  tree.remove("/proc/100");
  const double looked = poll(source, 1200.0).value;
  EXPECT_EQ(poll(source, 1300.0).value, looked) << "the training has ended";
}

TEST(RamModel, MoreThanIsInstalledIsNotCounted) {
  const FakeSysTree tree{{"/proc/meminfo", "MemTotal: 1000000 kB\n"},
                         {"/proc/100/statm", "1 99999999999 1\n"}};
  const auto opened = open(tree, RamModel::kPerProcess);
  const double before = poll(*opened.sources.at(0), 1.0).value;
  EXPECT_NEAR(poll(*opened.sources[0], 11.0).value - before, 3.75e-4 * 1024 * 10, 1e-6);
}

TEST(RamModel, PerInstalledGigabyte) {
  const FakeSysTree tree{{"/proc/meminfo", kMeminfo}};
  const auto opened = open(tree, RamModel::kPerGigabyte);
  Source& source = *opened.sources.at(0);
  EXPECT_EQ(source.channels()[0].device.source, "model: 0.3725 W/GB x 16.4 GB installed");
  const double before = poll(source, 5.0).value;
  EXPECT_NEAR(poll(source, 15.0).value - before, 0.3725 * 16.384 * 10, 1e-6);
}

TEST(RamModel, NotUsedWhereAMeterHasTheRamOrNobodyWantsIt) {
  const FakeSysTree tree{{"/proc/meminfo", kMeminfo}};
  EXPECT_EQ(open(tree, RamModel::kPerProcess, true).sources.size(), 1U);
  EXPECT_TRUE(open(tree, RamModel::kNone).sources.empty());
}

TEST(RamModel, WithoutMeminfoItSaysWhatIsMissing) {
  const FakeSysTree tree{};
  const auto opened = open(tree, RamModel::kPerGigabyte);
  EXPECT_TRUE(opened.sources.empty());
  EXPECT_EQ(opened.findings[0].state, Finding::State::kAbsent);
}

}  // namespace
}  // namespace joulecast::measure
