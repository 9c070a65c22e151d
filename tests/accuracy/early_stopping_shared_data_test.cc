// Epochs needed to reach a target, foretold from other runs: zeus/summary_train.csv
// (ml-energy/zeus, Apache-2.0), 6 workloads, 3759 rows. Needs the shared data; says so where they
// are absent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/csv.h"
#include "joulecast/step/early_stopping.h"

namespace joulecast::step {
namespace {

struct Reached {
  std::string workload, setup, target;
  int run = 0;
  int epochs = 0;  // the cap where the target was never reached
};

std::filesystem::path shared_data() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread.
  if (const char* folder = std::getenv("JOULECAST_SHARED_DATA")) return folder;
  return JOULECAST_SOURCE_DIR "/../shared/data";
}

// How many epochs a run of the workload may take: one more than the longest that got there.
using Caps = std::map<std::string, int>;

struct Table {
  std::vector<Reached> rows;
  Caps caps;
};

Table read_table(const std::filesystem::path& path) {
  auto source = open_file(path);
  EXPECT_TRUE(source) << source.error().message;
  auto csv = CsvReader::open(LineReader(std::move(*source)));
  EXPECT_TRUE(csv) << csv.error().message;
  const auto column = [&](std::string_view name) { return *csv->need_column(name); };
  const std::size_t dataset = column("dataset"), network = column("network"),
                    batch = column("batch_size"), optimizer = column("optimizer"),
                    rate = column("learning_rate"), run = column("run"),
                    target = column("target_metric"), epochs = column("target_epoch");
  Table table;
  while (csv->next() == LineReader::Step::kLine) {
    const auto text = [&](std::size_t i) { return std::string(csv->row()[i].text); };
    Reached row;
    row.workload = text(dataset) + " " + text(network);
    row.setup = text(batch) + " " + text(optimizer) + " " + text(rate);
    row.target = text(target);
    row.run = std::stoi(text(run));
    const bool reached = text(epochs) != "nan";
    row.epochs = reached ? static_cast<int>(std::lround(*csv->number(epochs))) : 0;
    int& cap = table.caps[row.workload];
    cap = std::max(cap, row.epochs + 1);
    table.rows.push_back(row);
  }
  for (Reached& row : table.rows) {
    if (row.epochs == 0) row.epochs = table.caps[row.workload];
  }
  return table;
}

// How good a set of forecasts was. An interval from quantile to quantile holds more than its
// nominal share where single epochs are likely, so the share of the outcome's own probability that
// lies inside (the randomised coverage) is counted too.
struct Score {
  int forecasts = 0;
  double in_50 = 0, in_90 = 0, randomised_50 = 0, randomised_90 = 0, pinball = 0,
         pinball_bounds = 0;
  std::vector<double> widths, errors;

  void add(const StoppingDistribution& d, int truth) {
    ++forecasts;
    double below = 0.0, at = 0.0;
    for (std::size_t i = 0; i < d.probability.size(); ++i) {
      const int epoch = d.first_epoch + static_cast<int>(i);
      if (epoch < truth) below += d.probability[i];
      if (epoch == truth) at = d.probability[i];
    }
    const auto inside = [&](double low, double high) {
      const double shared = std::min(high, below + at) - std::max(low, below);
      return at > 0.0 ? std::max(0.0, shared) / at : 0.0;
    };
    randomised_50 += inside(0.25, 0.75);
    randomised_90 += inside(0.05, 0.95);
    in_50 += *d.quantile(0.25) <= truth && truth <= *d.quantile(0.75);
    in_90 += *d.quantile(0.05) <= truth && truth <= *d.quantile(0.95);
    widths.push_back(static_cast<double>(*d.quantile(0.95) - *d.quantile(0.05)) / truth);
    errors.push_back(std::abs(*d.quantile(0.5) - truth) / static_cast<double>(truth));
    // Mean pinball loss over 19 quantiles of the logarithm; the bounds alone are a log-uniform.
    const double lowest = std::log(d.earliest), highest = std::log(*d.latest);
    for (int i = 1; i < 20; ++i) {
      const double p = i / 20.0;
      const auto loss = [&](double quantile) {
        const double miss = std::log(truth) - quantile;
        return (miss > 0 ? p * miss : (p - 1) * miss) / 19.0;
      };
      pinball += loss(std::log(*d.quantile(p)));
      pinball_bounds += loss(lowest + p * (highest - lowest));
    }
  }
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void print(const std::string& name, const Score& s) {
  std::printf(
      "%-34s n %5d  in 50 %% %.3f (randomised %.3f)  in 90 %% %.3f (%.3f)  median width "
      "%.3f  median error %.3f  pinball %.4f (bounds %.4f)\n",
      name.c_str(), s.forecasts, s.in_50 / s.forecasts, s.randomised_50 / s.forecasts,
      s.in_90 / s.forecasts, s.randomised_90 / s.forecasts, median(s.widths), median(s.errors),
      s.pinball / s.forecasts, s.pinball_bounds / s.forecasts);
}

class ZeusEpochsToTarget : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = shared_data() / "zeus" / "summary_train.csv";
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << "no " << path << ": set JOULECAST_SHARED_DATA to the shared data's folder";
    }
    table_ = read_table(path);
    ASSERT_EQ(table_.rows.size(), 3759U);
  }

  // Each run under the rule "stop at the target", its metric known as the highest of the targets
  // that it has passed: a staircase, the only curve that the table has.
  void from_staircase(const std::string& workload, const std::string& target, double seen_share,
                      Score& score) {
    std::map<std::string, std::map<double, int>> runs;
    for (const Reached& row : table_.rows) {
      if (row.workload == workload) {
        runs[row.setup + "/" + std::to_string(row.run)][std::stod(row.target)] = row.epochs;
      }
    }
    EarlyStoppingRule rule;
    rule.mode = MetricMode::kMax;
    rule.target = std::stod(target);
    rule.max_epochs = table_.caps[workload];
    for (const auto& [name, steps] : runs) {
      const int truth = steps.at(*rule.target);
      StoppingForecaster forecaster(rule);
      for (int epoch = 1; epoch <= seen_share * truth; ++epoch) {
        double passed = 0.0;
        for (const auto& [metric, reached] : steps) {
          if (reached <= epoch) passed = metric;
        }
        forecaster.add(passed);
      }
      if (forecaster.epochs_seen() > 0 && !forecaster.stopped())
        score.add(forecaster.forecast(), truth);
    }
  }

  // Every row from the others that `alike` accepts, at shares of its own length.
  template <typename Alike>
  Score leave_one_out(const std::string& name, std::size_t fewest, Alike alike,
                      double seen_share = 0.0, std::size_t stride = 1) {
    std::map<std::string, Score> by_workload;
    Score all, longer;
    std::map<std::string, std::vector<const Reached*>> by_target;
    for (const Reached& row : table_.rows) by_target[row.workload + row.target].push_back(&row);
    for (std::size_t i = 0; i < table_.rows.size(); i += stride) {
      const Reached& row = table_.rows[i];
      std::vector<int> past;
      for (const Reached* other : by_target[row.workload + row.target]) {
        if (other != &row && alike(row, *other)) past.push_back(other->epochs);
      }
      if (past.size() < fewest) continue;
      const int seen = static_cast<int>(seen_share * row.epochs);
      const auto d = stopping_from_history(past, table_.caps[row.workload], seen);
      by_workload[row.workload].add(d, row.epochs);
      all.add(d, row.epochs);
      if (row.epochs >= 10 && row.epochs < table_.caps[row.workload]) longer.add(d, row.epochs);
    }
    for (const auto& [workload, score] : by_workload) print("  " + workload, score);
    print("  got there, 10 epochs or more", longer);
    print(name, all);
    return all;
  }

  Table table_;
};

bool same_setup(const Reached& a, const Reached& b) { return a.setup == b.setup; }
bool other_setup(const Reached& a, const Reached& b) { return a.setup != b.setup; }

TEST_F(ZeusEpochsToTarget, RepeatsOfTheSameSetUpForetellTheNext) {
  const Score score = leave_one_out("repeats, nothing seen", 3, same_setup);
  EXPECT_GE(score.forecasts, 1000);
  EXPECT_THAT(score.randomised_90 / score.forecasts,
              testing::AllOf(testing::Ge(0.85), testing::Le(0.97)));
  EXPECT_LT(score.pinball, 0.2 * score.pinball_bounds);
  EXPECT_LT(median(score.errors), 0.05);
}

TEST_F(ZeusEpochsToTarget, HalfTheRunSeenStillCovers) {
  const Score score = leave_one_out("repeats, half seen", 3, same_setup, 0.5);
  EXPECT_THAT(score.randomised_90 / score.forecasts,
              testing::AllOf(testing::Ge(0.85), testing::Le(0.97)));
  EXPECT_LT(score.pinball, 0.5 * score.pinball_bounds);
}

TEST_F(ZeusEpochsToTarget, OtherSetUpsOfTheWorkloadSayLess) {
  const Score score = leave_one_out("other set-ups, nothing seen", 3, other_setup, 0.0, 4);
  EXPECT_THAT(score.randomised_90 / score.forecasts,
              testing::AllOf(testing::Ge(0.85), testing::Le(0.97)));
  EXPECT_LT(score.pinball, 0.7 * score.pinball_bounds);
}

TEST_F(ZeusEpochsToTarget, StaircaseOfTargetsPassed) {
  for (const double share : {0.1, 0.2, 0.4, 0.6}) {
    Score score;
    for (const char* target : {"0.5", "0.55", "0.6", "0.65"}) {
      from_staircase("cifar100 shufflenetv2", target, share, score);
    }
    for (const char* target : {"0.5", "0.6", "0.7"}) {
      from_staircase("imagenet resnet50", target, share, score);
    }
    print("staircase, seen " + std::to_string(share), score);
    // The steps are coarse, so the intervals are wide rather than wrong.
    EXPECT_GE(score.in_90 / score.forecasts, 0.9);
    if (share > 0.3) {
      EXPECT_LT(score.pinball, score.pinball_bounds);
    }
  }
}

}  // namespace
}  // namespace joulecast::step
