#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "measure/fake_sys_tree.h"
#include "measure/openers.h"
#include "measure/rapl_zones.h"

namespace joulecast::measure {
namespace {

/// A zone as the kernel shows it: a link in /sys/class/powercap to the device's folder.
void add_zone(const FakeSysTree& tree, const std::string& entry, const std::string& name,
              const std::string& energy_uj, const std::string& range_uj = "262143328850\n") {
  const std::string device = "/sys/devices/virtual/powercap/" + entry;
  tree.write(device + "/name", name + "\n");
  tree.write(device + "/energy_uj", energy_uj + "\n");
  tree.write(device + "/max_energy_range_uj", range_uj);
  tree.link("/sys/class/powercap/" + entry, "../../devices/virtual/powercap/" + entry);
}

std::string energy_of(const std::string& entry) {
  return "/sys/devices/virtual/powercap/" + entry + "/energy_uj";
}

struct Rapl {
  OpenedSources opened;
  explicit Rapl(const FakeSysTree& tree) {
    SourceOptions options;
    options.root = tree.root();
    EXPECT_TRUE(open_rapl(options, opened).ok());
  }
  Source& source() { return *opened.sources.at(0); }
  std::span<const Channel> channels() { return source().channels(); }
  std::vector<std::string> ids() {
    std::vector<std::string> ids;
    if (opened.sources.empty()) return ids;
    for (const auto& channel : channels()) ids.push_back(channel.device.id);
    return ids;
  }
  std::vector<Reading> poll() {
    std::vector<Reading> readings(channels().size());
    source().poll(5.0, readings);
    return readings;
  }
};

TEST(Rapl, PackagesAndDramCountAndSubdomainsDoNot) {
  const FakeSysTree tree{{"/sys/class/powercap/intel-rapl/enabled", "1\n"}};
  add_zone(tree, "intel-rapl:0", "package-1", "7000000");
  add_zone(tree, "intel-rapl:0:0", "dram", "500000");
  add_zone(tree, "intel-rapl:1", "package-0", "2500000");
  add_zone(tree, "intel-rapl:1:0", "core", "1000000");
  add_zone(tree, "intel-rapl:1:1", "dram", "250000", "65712999613\n");
  Rapl rapl(tree);
  EXPECT_EQ(rapl.ids(), (std::vector<std::string>{"cpu0", "dram0", "cpu1", "dram1"}));
  const auto channels = rapl.channels();
  EXPECT_EQ(channels[1].device.kind, DeviceKind::kRam);
  EXPECT_EQ(channels[2].device.kind, DeviceKind::kCpu);
  EXPECT_EQ(channels[0].device.origin, Origin::kCounter);
  EXPECT_DOUBLE_EQ(channels[0].range.value(), 262143.32885);
  EXPECT_DOUBLE_EQ(channels[1].range.value(), 65712.999613);

  const auto readings = rapl.poll();
  EXPECT_DOUBLE_EQ(readings[0].value, 2.5);
  EXPECT_DOUBLE_EQ(readings[1].value, 0.25);
  EXPECT_DOUBLE_EQ(readings[2].value, 7.0);
  EXPECT_EQ(readings[2].fault, Fault::kNone);
  EXPECT_EQ(readings[2].time_s, 5.0);

  ASSERT_EQ(rapl.opened.findings.size(), 2U);
  EXPECT_EQ(rapl.opened.findings[0].state, Finding::State::kWorks);
  EXPECT_EQ(rapl.opened.findings[0].devices, (std::vector<std::string>{"cpu0", "cpu1"}));
  EXPECT_THAT(rapl.opened.findings[0].detail,
              testing::HasSubstr("left out, being inside the package: intel-rapl:1:0"));
  EXPECT_EQ(rapl.opened.findings[1].devices, (std::vector<std::string>{"dram0", "dram1"}));
}

TEST(Rapl, WrapsAtItsRange) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "262143000000");
  Rapl rapl(tree);
  const double before = rapl.poll()[0].value;
  tree.write(energy_of("intel-rapl:0"), "171150\n");
  const double after = rapl.poll()[0].value;
  EXPECT_LT(after, before);
  EXPECT_NEAR(after + rapl.channels()[0].range.value() - before, 0.5, 1e-9);
}

TEST(Rapl, ThePackageShownTwiceIsReadOnce) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl-mmio:0", "package-0", "2000000");
  add_zone(tree, "intel-rapl-mmio:0:0", "dram", "100000");
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  Rapl rapl(tree);
  // The MSR zone has no dram here: the mirror's is no mirror.
  EXPECT_EQ(rapl.ids(), (std::vector<std::string>{"cpu0", "dram0"}));
  EXPECT_DOUBLE_EQ(rapl.poll()[0].value, 1.0);
  EXPECT_NE(rapl.opened.findings[0].detail.find("same meters again: intel-rapl-mmio:0"),
            std::string::npos)
      << rapl.opened.findings[0].detail;
}

TEST(Rapl, AroundThePackagesPsysIsLeftOut) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  add_zone(tree, "intel-rapl:1", "psys", "3000000");
  Rapl rapl(tree);
  EXPECT_EQ(rapl.ids(), std::vector<std::string>{"cpu0"});
  ASSERT_EQ(rapl.opened.findings.size(), 3U);
  EXPECT_TRUE(rapl.opened.findings[2].devices.empty());
  EXPECT_EQ(rapl.opened.findings[2].detail, "left out: it contains the packages");
}

TEST(Rapl, PsysAloneIsTheNode) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "psys", "3000000");
  Rapl rapl(tree);
  EXPECT_EQ(rapl.ids(), std::vector<std::string>{"node"});
  EXPECT_EQ(rapl.channels()[0].device.kind, DeviceKind::kNode);
}

TEST(Rapl, AmdAndDies) {
  const FakeSysTree tree{
      {"/proc/cpuinfo", "processor : 0\nvendor_id : AuthenticAMD\nmodel name : AMD EPYC 7763\n"}};
  add_zone(tree, "intel-rapl:0", "package-0-die-0", "1000000", "65532610987\n");
  add_zone(tree, "intel-rapl:0:0", "core", "1000");
  add_zone(tree, "intel-rapl:1", "package-0-die-1", "2000000", "65532610987\n");
  Rapl rapl(tree);
  EXPECT_EQ(rapl.ids(), (std::vector<std::string>{"cpu0", "cpu1"}));
  EXPECT_GT(rapl.channels()[0].gain_error, 0.05);
}

TEST(Rapl, ForbiddenNamesTheCommandAndItsPrice) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  tree.forbid(energy_of("intel-rapl:0"));
  const AsOrdinaryUser user;
  if (!user.possible()) GTEST_SKIP() << "there is no ordinary user here";
  Rapl rapl(tree);
  EXPECT_TRUE(rapl.opened.sources.empty());
  const Finding& finding = rapl.opened.findings[0];
  EXPECT_EQ(finding.state, Finding::State::kForbidden);
  EXPECT_EQ(finding.remedy, "sudo chmod a+r /sys/class/powercap/intel-rapl*:*/energy_uj");
  EXPECT_NE(finding.consequence.find("CVE-2020-8694"), std::string::npos);
}

TEST(Rapl, AReadableMirrorStandsInForAForbiddenMeter) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  add_zone(tree, "intel-rapl-mmio:0", "package-0", "2000000");
  tree.forbid(energy_of("intel-rapl:0"));
  const AsOrdinaryUser user;
  if (!user.possible()) GTEST_SKIP() << "there is no ordinary user here";
  Rapl rapl(tree);
  ASSERT_EQ(rapl.ids(), std::vector<std::string>{"cpu0"});
  EXPECT_DOUBLE_EQ(rapl.poll()[0].value, 2.0);
}

TEST(Rapl, PermissionTakenAwayInMidRunDoesNotMatter) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  Rapl rapl(tree);
  tree.forbid(energy_of("intel-rapl:0"));
  const AsOrdinaryUser user;
  EXPECT_EQ(rapl.poll()[0].fault, Fault::kNone);
}

TEST(Rapl, AReadingThatFailsHasAFaultAndTheNextMaySucceed) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  Rapl rapl(tree);
  tree.write(energy_of("intel-rapl:0"), "\n");
  EXPECT_EQ(rapl.poll()[0].fault, Fault::kUnreadable);
  tree.write(energy_of("intel-rapl:0"), "3000000\n");
  EXPECT_EQ(rapl.poll()[0].fault, Fault::kNone);
  EXPECT_DOUBLE_EQ(rapl.poll()[0].value, 3.0);
}

TEST(Rapl, AMeterThatHoldsNoNumberIsBroken) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "unknown");
  Rapl rapl(tree);
  EXPECT_TRUE(rapl.opened.sources.empty());
  EXPECT_EQ(rapl.opened.findings[0].state, Finding::State::kBroken);
}

TEST(Rapl, APackageThatCannotBeReadBesideOthersIsNamed) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  add_zone(tree, "intel-rapl:1", "package-1", "");
  Rapl rapl(tree);
  EXPECT_EQ(rapl.ids(), std::vector<std::string>{"cpu0"});
  ASSERT_EQ(rapl.opened.findings.size(), 3U);
  EXPECT_EQ(rapl.opened.findings[0].state, Finding::State::kWorks);
  EXPECT_EQ(rapl.opened.findings[1].state, Finding::State::kBroken);
  EXPECT_EQ(rapl.opened.findings[1].detail,
            "package-1 not measured: /sys/class/powercap/intel-rapl:1/energy_uj: does not hold a "
            "number");
}

TEST(Rapl, APackageThatIsForbiddenBesideOthersIsNamed) {
  const FakeSysTree tree{};
  add_zone(tree, "intel-rapl:0", "package-0", "1000000");
  add_zone(tree, "intel-rapl:1", "package-1", "1000000");
  tree.forbid(energy_of("intel-rapl:1"));
  const AsOrdinaryUser user;
  if (!user.possible()) GTEST_SKIP() << "there is no ordinary user here";
  Rapl rapl(tree);
  EXPECT_EQ(rapl.ids(), std::vector<std::string>{"cpu0"});
  ASSERT_EQ(rapl.opened.findings.size(), 3U);
  EXPECT_EQ(rapl.opened.findings[1].state, Finding::State::kForbidden);
  EXPECT_THAT(rapl.opened.findings[1].detail, testing::StartsWith("package-1 not measured: "));
  EXPECT_FALSE(rapl.opened.findings[1].remedy.empty());
}

TEST(Rapl, AbsentInAContainerWithoutSys) {
  const FakeSysTree tree{};
  Rapl rapl(tree);
  EXPECT_TRUE(rapl.opened.sources.empty());
  ASSERT_EQ(rapl.opened.findings.size(), 2U);
  for (const auto& finding : rapl.opened.findings) {
    EXPECT_EQ(finding.state, Finding::State::kAbsent);
    EXPECT_FALSE(finding.detail.empty());
  }
}

}  // namespace
}  // namespace joulecast::measure
