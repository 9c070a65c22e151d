// Every public recording with set-ups is read, and how much of it. They are not in the repository:
// skipped without (see published_test_data.h).
#include <gtest/gtest.h>

#include "joulecast/pre/observations.h"
#include "pre/published_test_data.h"

namespace joulecast::pre {
namespace {

struct Recording {
  const char* file;
  std::size_t rows;  ///< Whose network and GPU are known.
};

class Recordings : public ::testing::TestWithParam<Recording> {};

TEST_P(Recordings, AreReadForAnEstimatorThatNeedsTheGraph) {
  const auto file = shared_data() / GetParam().file;
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
  const auto table = read_table(file, {}, RowNeeds::kGraph);
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_EQ(table->observations.size(), GetParam().rows);
  for (const Observation& row : table->observations) {
    ASSERT_TRUE(value_of(row, Target::kTime)) << place_of(row);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Recordings,
    ::testing::Values(
        Recording{"delrey2025/runs.csv", 857}, Recording{"zeus/summary_power_v100.csv", 476},
        Recording{"zeus/summary_power_rtx6000.csv", 410}, Recording{"ecnas/runs.csv.gz", 2453},
        Recording{"fischer2022/train_runs.csv", 22}, Recording{"deepgreen/epochs.csv", 360},
        Recording{"lambda/runs.csv.gz", 1462}, Recording{"ryujaehun/steps.csv.gz", 380},
        Recording{"timm/train.csv.gz", 268}, Recording{"neusight/end_to_end.csv", 26},
        Recording{"mlperf-times/configurations.csv.gz", 181}, Recording{"llm/mpt_a100.csv", 139},
        Recording{"llm/vtrain_a100_one_node.csv", 240}));

}  // namespace
}  // namespace joulecast::pre
