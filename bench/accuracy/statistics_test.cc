#include "statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "halves.h"
#include "own_period.h"
#include "table.h"

namespace joulecast::accuracy {
namespace {

TEST(Statistics, PercentilesLieBetweenRanks) {
  EXPECT_DOUBLE_EQ(percentile({4.0, 1.0, 3.0, 2.0}, 0.9), 3.7);  // numpy.percentile
  EXPECT_DOUBLE_EQ(median({4.0, 1.0, 3.0, 2.0}), 2.5);
  EXPECT_DOUBLE_EQ(median({7.0}), 7.0);
}

TEST(Statistics, BootstrapIsSeededAndHoldsTheMean) {
  const std::vector<double> values = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
  const BootstrapMean one = bootstrap_mean(values, 1);
  EXPECT_DOUBLE_EQ(one.mean, 3.5);
  EXPECT_LT(one.low, 3.0);
  EXPECT_GT(one.high, 4.0);
  EXPECT_EQ(one.low, bootstrap_mean(values, 1).low);
}

TEST(Halves, ShareNoRunAndLoseNone) {
  DataSet set;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    NamedRun run;
    run.name = name;
    set.runs.push_back(run);
  }
  const DataSet chosen = half_of(set, Half::kChosen, 1);
  const DataSet judged = half_of(set, Half::kJudged, 1);
  EXPECT_EQ(chosen.runs.size(), 3U);
  std::vector<std::string> names;
  for (const DataSet* half : {&chosen, &judged}) {
    for (const NamedRun& run : half->runs) names.push_back(run.name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST(OwnPeriod, OfAWaveNearTheOneExpected) {
  std::vector<double> wave;
  for (int i = 0; i < 400; ++i) wave.push_back(std::sin(2.0 * std::numbers::pi * i / 30.4));
  const PeriodSearch search{.about = 30.0, .from = 0.97, .to = 1.03, .step = 0.02};
  EXPECT_NEAR(own_period(wave, search, {1, 2, 3}), 30.4, 0.1);
}

TEST(Table, TextIsAlignedAndMarkdownIsMarkdown) {
  EXPECT_EQ(as_text({"a", "bb"}, {{"ccc", "1"}}), "a    bb\nccc   1\n");
  EXPECT_EQ(as_markdown({"a", "b"}, {{"c", "1"}}), "| a | b |\n|---|---|\n| c | 1 |\n");
}

}  // namespace
}  // namespace joulecast::accuracy
