// Real recordings by others. They are not in the repository: these tests read them from
// $JOULECAST_SHARED_DATA, or from ../shared/data beside the repository, and are skipped without.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/text.h"
#include "joulecast/readers/reader.h"
#include "joulecast/run/integrate.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;

fs::path shared_data() {
  const char* named = std::getenv("JOULECAST_SHARED_DATA");  // NOLINT(concurrency-mt-unsafe)
  return named != nullptr ? fs::path(named) : fs::path(JOULECAST_SOURCE_DIR) / "../shared/data";
}

#define SKIP_WITHOUT(folder)                                                                   \
  if (!fs::is_directory(folder)) {                                                             \
    GTEST_SKIP() << "no shared data: " << (folder) << " is absent; set JOULECAST_SHARED_DATA"; \
  }

TEST(SharedData, NvidiaSmiTracesEqualTheReference) {
  const fs::path data = shared_data() / "seaa2023";
  SKIP_WITHOUT(data);
  auto source = open_file(data / "fluss_golden.csv");
  ASSERT_TRUE(source.ok());
  auto golden = CsvReader::open(LineReader(std::move(*source)));
  ASSERT_TRUE(golden.ok());
  const auto architecture = *golden->column("architecture"), file = *golden->column("file"),
             samples = *golden->column("samples"), broken = *golden->column("rows_not_parsed"),
             watts = *golden->column("sum_of_watts");
  std::uint64_t files = 0, bad_rows = 0;
  while (golden->next() == LineReader::Step::kLine) {
    const fs::path path =
        data / "rtx3090" / golden->row()[architecture].text / golden->row()[file].text;
    const auto run = load_run(path);
    ASSERT_TRUE(run.ok()) << run.error().message;
    EXPECT_EQ(run->report.format, "nvidia-smi");
    ASSERT_EQ(run->run.traces.size(), 1u) << path;
    EXPECT_EQ(static_cast<double>(run->report.samples), *golden->number(samples)) << path;
    EXPECT_EQ(static_cast<double>(run->report.bad_rows), *golden->number(broken)) << path;
    const auto& power_w = run->run.traces[0].power_w;
    const double sum = std::accumulate(power_w.begin(), power_w.end(), 0.0);
    EXPECT_NEAR(sum / *golden->number(watts), 1.0, 1e-9) << path;
    EXPECT_EQ(run->run.traces[0].device.power_limit->value(), 350.0) << path;
    ++files;
    bad_rows += run->report.bad_rows;
  }
  EXPECT_EQ(files, 150u);
  EXPECT_EQ(bad_rows, 48u);
}

TEST(SharedData, MlPerfRunsHaveEpochsAndEnergy) {
  const fs::path data = shared_data() / "mlperf-v4.0-h100";
  SKIP_WITHOUT(data);
  struct Expected {
    const char* benchmark;
    std::size_t runs, fewest_epochs, most_epochs;
    double shortest_s, longest_s, fewest_samples, most_samples;
  };
  for (const Expected& expected : {Expected{"bert", 10, 14, 18, 19, 22, 149e3, 152e3},
                                   Expected{"resnet", 5, 35, 35, 22, 27, 1281167, 1281167},
                                   Expected{"ssd", 5, 4, 4, 530, 560, 4572, 4572}}) {
    std::size_t runs = 0;
    for (const auto& entry : fs::directory_iterator(data / expected.benchmark)) {
      const std::string name = entry.path().filename().string();
      if (name.find("power") != std::string::npos) continue;
      ++runs;
      EpochIntegrator integrator;
      const auto report = read_run(entry.path(), {}, integrator);
      ASSERT_TRUE(report.ok()) << report.error().message;
      const auto run = integrator.finish();
      EXPECT_EQ(report->format, "mlperf");
      EXPECT_EQ(report->bad_rows, 0u);
      EXPECT_GE(run.epochs.size(), expected.fewest_epochs) << name;
      EXPECT_LE(run.epochs.size(), expected.most_epochs) << name;
      EXPECT_LT(run.uncovered.value(), 2.5) << name;
      for (const Epoch& epoch : run.epochs) {
        EXPECT_GT(epoch.duration().value(), expected.shortest_s) << name << epoch.number;
        EXPECT_LT(epoch.duration().value(), expected.longest_s) << name << epoch.number;
        ASSERT_TRUE(epoch.energy.has_value()) << name << epoch.number;
        const double watts = *epoch.energy / epoch.duration() / Watts(1.0);
        EXPECT_GT(watts, 5500.0) << name << epoch.number;
        EXPECT_LT(watts, 7200.0) << name << epoch.number;
        ASSERT_TRUE(epoch.samples.has_value()) << name << epoch.number;
        EXPECT_GE(*epoch.samples, expected.fewest_samples) << name << epoch.number;
        EXPECT_LE(*epoch.samples, expected.most_samples) << name << epoch.number;
      }
      EXPECT_TRUE(run.epochs.back().accuracy.has_value()) << name;
    }
    EXPECT_EQ(runs, expected.runs) << expected.benchmark;
  }
}

}  // namespace
}  // namespace joulecast::readers
