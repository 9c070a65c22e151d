// The rule against its reference, tools/golden/projection_rule.py.
#include "step/projection_rule.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace joulecast::step {
namespace {

using Json = nlohmann::json;

Json golden() {
  std::ifstream file(std::string(JOULECAST_SOURCE_DIR) + "/tests/data/projection_golden.json");
  return Json::parse(file);
}

RuleOptions options_of(const Json& config, double level) {
  RuleOptions options;
  options.total_work = config.at("work_total").get<double>();
  if (config.contains("phases")) {
    std::vector<double> bounds;
    double sum = 0.0;
    for (const Json& phase : config.at("phases")) {
      if (phase.is_null()) break;
      sum += phase.get<double>();
      bounds.push_back(sum);
    }
    options.bounds = bounds;
  }
  if (config.contains("evals_total")) {
    options.evaluations = config.at("evals_total").get<double>();
    options.evaluations_expected = true;
  }
  if (config.contains("evals_expected")) options.evaluations_expected = true;
  if (config.contains("events_every")) options.events_every = config["events_every"].get<double>();
  if (config.contains("limit")) options.power_limit = Watts(config["limit"].get<double>());
  options.sampling_interval_s = config.value("dt", 0.0);
  options.coverage = level;
  return options;
}

class Worst {
 public:
  void see(double ours, double reference) {
    worst_ = std::max(worst_, std::abs(ours - reference) / std::max(std::abs(reference), 1e-300));
  }
  void merge(const Worst& other) { worst_ = std::max(worst_, other.worst_); }
  double relative() const { return worst_; }

 private:
  double worst_ = 0.0;
};

// columns: value, low, high of joules, seconds, watts.
void see_whole(const Outcome& outcome, const Json& row, Worst& worst) {
  for (std::size_t q = 0; q < kQuantities; ++q) {
    worst.see(outcome.whole[q].value, row[3 * q].get<double>());
    worst.see(outcome.whole[q].low, row[3 * q + 1].get<double>());
    worst.see(outcome.whole[q].high, row[3 * q + 2].get<double>());
  }
}

TEST(ProjectionRule, IsTheReferences) {
  Worst all;
  for (const Json& example : golden()) {
    SCOPED_TRACE(example.at("name").get<std::string>());
    const RuleOptions options = options_of(example.at("config"), example.at("level"));
    const double total = options.total_work;
    ProjectionRule rule(options);
    Worst worst;
    Outcome outcome;
    for (std::size_t i = 0; i < example.at("units").size(); ++i) {
      const Json& unit = example["units"][i];
      if (unit[0] == "train") {
        rule.add_training(unit[1], unit[2], unit[3]);
      } else {
        rule.add_evaluation(unit[2], unit[3]);
      }
      const Json& row = example["forecasts"][i];
      outcome = rule.outcome(total);
      see_whole(outcome, row, worst);
      ASSERT_EQ(rule.present().phase(), row[9].get<int>()) << "after unit " << i + 1;
      ASSERT_EQ(rule.present().pending().has_value(), row[10].get<int>() == 1)
          << "after unit " << i + 1;
      ASSERT_LT(worst.relative(), 1e-9) << "after unit " << i + 1;
    }
    for (std::size_t q = 0; q < 2; ++q) {
      const Json& parts = example["parts_last"][q == kEnergy ? "joules" : "seconds"];
      for (std::size_t cause = 0; cause < kCauses; ++cause) {
        const double sd = parts.at(kCauseNames[cause]).get<double>();
        if (sd == 0.0) {
          EXPECT_EQ(outcome.variance[q][cause], 0.0) << kCauseNames[cause];
        } else {
          worst.see(std::sqrt(outcome.variance[q][cause]), sd);
        }
      }
    }
    const Json& running = example["running"];
    const RunningUnit half{.work = running[0], .joules = running[1], .seconds = running[2]};
    see_whole(rule.outcome(total, half), example["running_forecast"], worst);
    EXPECT_LT(worst.relative(), 1e-9);
    all.merge(worst);
  }
  RecordProperty("worst_relative_difference", fmt::format("{:.2g}", all.relative()));
}

}  // namespace
}  // namespace joulecast::step
