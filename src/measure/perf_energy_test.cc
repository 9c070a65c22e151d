#include <array>
#include <memory>
#include <string>
#include <vector>

#include "measure/fake_sys_tree.h"
#include "measure/openers.h"
#include "measure/perf_energy_pmu.h"

namespace joulecast::measure {
namespace {

constexpr std::string_view kPmu = "/sys/bus/event_source/devices/power/";

void add_event(const FakeSysTree& tree, const std::string& name, std::string_view config,
               std::string_view scale) {
  const std::string file = std::string(kPmu) + "events/" + name;
  tree.write(file, config);
  tree.write(file + ".scale", scale);
  tree.write(file + ".unit", "Joules\n");
}

void add_pmu(const FakeSysTree& tree, std::string_view type, std::string_view cpumask) {
  tree.write(std::string(kPmu) + "type", type);
  tree.write(std::string(kPmu) + "cpumask", cpumask);
  tree.write("/proc/sys/kernel/perf_event_paranoid", "4\n");
}

OpenedSources open(const FakeSysTree& tree) {
  SourceOptions options;
  options.root = tree.root();
  OpenedSources opened;
  EXPECT_TRUE(open_perf_energy(options, opened).ok());
  EXPECT_EQ(opened.findings.size(), 1U);
  return opened;
}

TEST(PerfEnergy, ReadsWhatThePmuSaysOfItselfButCoresInsideThePackage) {
  const FakeSysTree tree{};
  add_pmu(tree, "21\n", "0,18\n");
  add_event(tree, "energy-pkg", "event=0x02\n", "2.3283064365386962890625e-10\n");
  add_event(tree, "energy-ram", "event=0x03\n", "1.52587890625e-05\n");
  add_event(tree, "energy-cores", "event=0x01\n", "1\n");
  const auto pmu = find_perf_energy_pmu(tree.root());
  ASSERT_TRUE(pmu.has_value());
  EXPECT_EQ(pmu->type, 21U);
  EXPECT_EQ(pmu->cpus, (std::vector<int>{0, 18}));
  ASSERT_EQ(pmu->events.size(), 2U);
  EXPECT_EQ(pmu->events[1].name, "energy-ram");
  EXPECT_EQ(pmu->events[1].config, 3U);
  EXPECT_DOUBLE_EQ(pmu->events[0].joules_per_count, 2.3283064365386962890625e-10);
}

TEST(PerfEnergy, CpuLists) {
  EXPECT_EQ(parse_cpu_list("0"), (std::vector<int>{0}));
  EXPECT_EQ(parse_cpu_list("0-2,18"), (std::vector<int>{0, 1, 2, 18}));
  EXPECT_TRUE(parse_cpu_list("").empty());
  EXPECT_TRUE(parse_cpu_list("a-b").empty());
  EXPECT_TRUE(parse_cpu_list("0-99999999999").empty());
}

TEST(PerfEnergy, AbsentWithoutSys) {
  const FakeSysTree tree{};
  const auto opened = open(tree);
  EXPECT_TRUE(opened.sources.empty());
  EXPECT_EQ(opened.findings[0].state, Finding::State::kAbsent);
}

TEST(PerfEnergy, BrokenWithoutEvents) {
  const FakeSysTree tree{};
  add_pmu(tree, "21\n", "0\n");
  EXPECT_EQ(open(tree).findings[0].state, Finding::State::kBroken);
}

TEST(PerfEnergy, AnEventThatTheKernelDoesNotHaveIsSaid) {
  const FakeSysTree tree{};
  add_pmu(tree, "4000000000\n", "0\n");
  add_event(tree, "energy-pkg", "event=0x02\n", "2.3283064365386962890625e-10\n");
  const auto opened = open(tree);
  EXPECT_TRUE(opened.sources.empty());
  const Finding& finding = opened.findings[0];
  if (finding.state == Finding::State::kForbidden) {
    EXPECT_NE(finding.remedy.find("setcap cap_perfmon=ep"), std::string::npos);
    EXPECT_NE(finding.detail.find("perf_event_paranoid is 4"), std::string::npos);
    EXPECT_FALSE(finding.consequence.empty());
  } else {
    EXPECT_EQ(finding.state, Finding::State::kBroken);
  }
}

// The kernel's software PMU (type 1) has a clock (event 0) that any machine can count: nanoseconds
// stand for energy, the system call is the real one.
TEST(PerfEnergy, CountsARealEvent) {
  const FakeSysTree tree{};
  add_pmu(tree, "1\n", "0\n");
  add_event(tree, "energy-pkg", "event=0x00\n", "1e-9\n");
  add_event(tree, "energy-ram", "event=0x00\n", "1e-9\n");
  const auto opened = open(tree);
  if (opened.sources.empty()) GTEST_SKIP() << opened.findings[0].detail;
  Source& source = *opened.sources[0];
  ASSERT_EQ(source.channels().size(), 2U);
  EXPECT_EQ(source.channels()[0].device.id, "cpu0");
  EXPECT_EQ(opened.findings[0].devices, (std::vector<std::string>{"cpu0", "dram0"}));
  std::array<Reading, 2> first, second;
  source.poll(1.0, first);
  source.poll(2.0, second);
  EXPECT_EQ(second[0].fault, Fault::kNone);
  EXPECT_EQ(second[0].time_s, 2.0);
  EXPECT_GE(second[0].value, first[0].value);
}

}  // namespace
}  // namespace joulecast::measure
