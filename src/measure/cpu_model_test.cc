#include <array>
#include <memory>
#include <optional>
#include <string>

#include "measure/cpu_model_info.h"
#include "measure/cpu_model_stat.h"
#include "measure/fake_sys_tree.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

std::string cpuinfo(const std::string& model_name, int packages, int cores, int threads_per_core) {
  std::string text;
  int processor = 0;
  for (int thread = 0; thread < threads_per_core; ++thread) {
    for (int package = 0; package < packages; ++package) {
      for (int core = 0; core < cores; ++core) {
        text += "processor\t: " + std::to_string(processor++) +
                "\nvendor_id\t: GenuineIntel\nmodel name\t: " + model_name +
                "\nphysical id\t: " + std::to_string(package) +
                "\ncore id\t\t: " + std::to_string(core) + "\n\n";
      }
    }
  }
  return text;
}

OpenedSources open(const FakeSysTree& tree, std::optional<Watts> tdp = std::nullopt) {
  SourceOptions options;
  options.root = tree.root();
  options.cpu_tdp = tdp;
  OpenedSources opened;
  EXPECT_TRUE(open_cpu_model(options, opened).ok());
  EXPECT_EQ(opened.findings.size(), 1U);
  return opened;
}

Reading poll(const OpenedSources& opened, double now_s) {
  std::array<Reading, 1> reading;
  opened.sources.at(0)->poll(now_s, reading);
  return reading[0];
}

const Device& device(const OpenedSources& opened) {
  return opened.sources.at(0)->channels()[0].device;
}

TEST(CpuInfo, CountsPackagesCoresAndThreads) {
  const auto info = parse_cpu_info(cpuinfo("X", 2, 8, 2));
  EXPECT_EQ(info.model_name, "X");
  EXPECT_EQ(info.vendor, "GenuineIntel");
  EXPECT_EQ(info.packages, 2);
  EXPECT_EQ(info.cores, 16);
  EXPECT_EQ(info.threads, 32);
}

TEST(CpuInfo, WithoutTopologyEveryThreadIsACore) {
  const auto info = parse_cpu_info("processor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\n");
  EXPECT_EQ(info.packages, 1);
  EXPECT_EQ(info.cores, 2);
  EXPECT_EQ(parse_cpu_info("").threads, 0);
}

TEST(CpuTicks, BusyIsWorkOnly) {
  const auto ticks = parse_cpu_ticks("cpu  10 20 30 400 50 6 7 8 9 9\ncpu0 1 2 3 4\n");
  ASSERT_TRUE(ticks.has_value());
  EXPECT_EQ(ticks->busy, 10U + 20U + 30U + 6U + 7U);
  EXPECT_EQ(ticks->total, 73U + 400U + 50U + 8U);
  EXPECT_TRUE(parse_cpu_ticks("cpu 1 2 3 4\n").has_value());
  EXPECT_FALSE(parse_cpu_ticks("cpu 1 2 3\n").has_value());
  EXPECT_FALSE(parse_cpu_ticks("intr 1 2 3 4\n").has_value());
  EXPECT_FALSE(parse_cpu_ticks("").has_value());
}

TEST(CpuModel, FollowsUtilisation) {
  // Two packages of 205 W with 32 cores each, all of them visible.
  const FakeSysTree tree{
      {"/proc/cpuinfo", cpuinfo("Intel(R) Xeon(R) Platinum 8352Y CPU @ 2.20GHz", 2, 32, 2)},
      {"/proc/stat", "cpu  1000 0 0 5000 0 0 0 0 0 0\n"}};
  const auto opened = open(tree);
  EXPECT_EQ(device(opened).id, "cpu");
  EXPECT_EQ(device(opened).origin, Origin::kModelled);
  EXPECT_EQ(device(opened).source,
            "model: 2 x 205 W (TDP of Intel Xeon Platinum 8352Y) x (0.3 + 0.7 x utilisation of "
            "/proc/stat)");

  const double start = poll(opened, 100.0).value;
  tree.write("/proc/stat", "cpu  1250 0 0 5750 0 0 0 0 0 0\n");  // a quarter busy
  const double quarter = poll(opened, 110.0).value;
  EXPECT_NEAR(quarter - start, 410.0 * (0.3 + 0.7 * 0.25) * 10.0, 1e-6);
  tree.write("/proc/stat", "cpu  3250 0 0 5750 0 0 0 0 0 0\n");
  EXPECT_NEAR(poll(opened, 130.0).value - quarter, 410.0 * 20.0, 1e-6);
}

TEST(CpuModel, APollRightAfterAnotherRepeatsIt) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("X", 1, 4, 1)},
                         {"/proc/stat", "cpu  0 0 0 100\n"}};
  const auto opened = open(tree);
  poll(opened, 100.0);
  tree.write("/proc/stat", "cpu  100 0 0 200\n");
  const Reading later = poll(opened, 110.0);
  const Reading again = poll(opened, 110.03);
  EXPECT_EQ(again.value, later.value);
  EXPECT_EQ(again.time_s, 110.0);
}

TEST(CpuModel, TimeThatStandsStillKeepsTheUtilisation) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("X", 1, 4, 1)},
                         {"/proc/stat", "cpu  0 0 0 100\n"}};
  const auto opened = open(tree, Watts(100.0));
  poll(opened, 100.0);
  tree.write("/proc/stat", "cpu  100 0 0 100\n");
  const double busy = poll(opened, 110.0).value;
  EXPECT_NEAR(poll(opened, 120.0).value - busy, 1000.0, 1e-6);
}

TEST(CpuModel, AVirtualMachineHasItsShareOfThePackage) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("AMD EPYC 7763 64-Core Processor", 1, 8, 1)},
                         {"/proc/stat", "cpu  0 0 0 100\n"}};
  const auto opened = open(tree);
  EXPECT_NE(device(opened).source.find("1 x 280 W (TDP of AMD EPYC 7763) x 8/64 cores"),
            std::string::npos)
      << device(opened).source;
  const double start = poll(opened, 1.0).value;
  tree.write("/proc/stat", "cpu  1000 0 0 100\n");
  EXPECT_NEAR(poll(opened, 11.0).value - start, 350.0, 1e-6);
}

TEST(CpuModel, AnUnknownCpuIsAssumedAndSaysSo) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("Intel(R) Xeon(R) Processor", 1, 2, 2)},
                         {"/proc/stat", "cpu  0 0 0 100\n"}};
  const auto opened = open(tree);
  EXPECT_EQ(device(opened).origin, Origin::kAssumed);
  EXPECT_NE(device(opened).source.find("4 W x 4 threads (assumed: the catalogue does not have "
                                       "Intel(R) Xeon(R) Processor)"),
            std::string::npos)
      << device(opened).source;
  EXPECT_GT(opened.sources[0]->channels()[0].gain_error, 0.4);
}

TEST(CpuModel, TheUsersFigureWins) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("AMD EPYC 7763 64-Core Processor", 2, 64, 2)},
                         {"/proc/stat", "cpu  0 0 0 100\n"}};
  const auto opened = open(tree, Watts(150.0));
  EXPECT_EQ(device(opened).origin, Origin::kModelled);
  EXPECT_NE(device(opened).source.find("150 W (given)"), std::string::npos);
}

TEST(CpuModel, AReadingThatFailsIsMadeUpForByTheNext) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("X", 1, 4, 1)},
                         {"/proc/stat", "cpu  0 0 0 100\n"}};
  const auto opened = open(tree, Watts(100.0));
  const double start = poll(opened, 100.0).value;
  tree.write("/proc/stat", "nonsense\n");
  EXPECT_EQ(poll(opened, 110.0).fault, Fault::kUnreadable);
  tree.write("/proc/stat", "cpu  50 0 0 150\n");
  const Reading after = poll(opened, 120.0);
  EXPECT_EQ(after.fault, Fault::kNone);
  EXPECT_NEAR(after.value - start, 65.0 * 20.0, 1e-6);
}

TEST(CpuModel, WithoutProcItSaysWhatIsMissing) {
  const FakeSysTree tree{};
  const auto opened = open(tree);
  EXPECT_TRUE(opened.sources.empty());
  EXPECT_EQ(opened.findings[0].state, Finding::State::kAbsent);
  EXPECT_EQ(opened.findings[0].detail, "/proc/stat cannot be read: the CPU's energy is missing");
}

TEST(CpuModel, NotUsedWhereAMeterHasTheCpu) {
  const FakeSysTree tree{{"/proc/cpuinfo", cpuinfo("X", 1, 4, 1)},
                         {"/proc/stat", "cpu  0 0 0 100\n"},
                         {"/sys/class/powercap/intel-rapl:0/name", "package-0\n"},
                         {"/sys/class/powercap/intel-rapl:0/energy_uj", "1000000\n"}};
  SourceOptions options;
  options.root = tree.root();
  OpenedSources opened;
  EXPECT_TRUE(open_rapl(options, opened).ok());
  EXPECT_TRUE(open_cpu_model(options, opened).ok());
  ASSERT_EQ(opened.sources.size(), 1U);
  EXPECT_STREQ(opened.sources[0]->name(), "rapl");
  EXPECT_EQ(opened.findings.back().detail, "not used: a meter has the CPU");
}

}  // namespace
}  // namespace joulecast::measure
