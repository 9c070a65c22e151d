#include "joulecast/analysis/tradeoff.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace joulecast::analysis {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kSpread = {-3.0, -1.5, -0.5, 0.0, 0.5, 1.5, 3.0};

// Two levels by three, all of `kSpread` about levels that do not simply add up.
TradeoffRows two_by_three() {
  const double level[2][3] = {{10.0, 40.0, 90.0}, {20.0, 60.0, 70.0}};
  TradeoffRows rows;
  rows.factors = {{.name = "network", .levels = {"small", "middle", "large"}, .level = {}},
                  {.name = "gpu", .levels = {"old", "new"}, .level = {}}};
  for (std::size_t second = 0; second < 2; ++second) {
    for (std::size_t first = 0; first < 3; ++first) {
      for (const double noise : kSpread) {
        rows.factors[0].level.push_back(first);
        rows.factors[1].level.push_back(second);
        rows.response.push_back(level[second][first] + noise);
        rows.correctness.push_back(0.9 + 0.02 * static_cast<double>(first));
      }
    }
  }
  return rows;
}

TradeoffRows one_factor() {
  TradeoffRows rows = two_by_three();
  rows.factors.pop_back();
  const std::size_t half = rows.response.size() / 2;
  rows.factors[0].level.resize(half);
  rows.response.resize(half);
  rows.correctness.resize(half);
  return rows;
}

std::string error_of(const TradeoffRows& rows, const TradeoffOptions& options = {}) {
  const auto result = analyse_tradeoff(rows, options);
  return result ? "" : result.error().message;
}

TEST(TradeoffTest, SummarisesEveryGroup) {
  const auto result = analyse_tradeoff(two_by_three());
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->groups.size(), 6U);
  const GroupSummary& group = result->groups[4];
  EXPECT_EQ(group.first, 1U);
  EXPECT_EQ(group.second, 1U);
  EXPECT_EQ(group.n, 7U);
  EXPECT_DOUBLE_EQ(group.median, 60.0);
  EXPECT_DOUBLE_EQ(group.mean, 60.0);
  EXPECT_DOUBLE_EQ(group.lower_quartile, 59.0);
  EXPECT_DOUBLE_EQ(group.upper_quartile, 61.0);
  EXPECT_DOUBLE_EQ(group.lower_whisker, 57.0);  // 59 - 1.5 x 2 would be 56
  EXPECT_DOUBLE_EQ(group.highest, 63.0);
  EXPECT_DOUBLE_EQ(*group.correctness, 0.92);
}

TEST(TradeoffTest, ComparesWithinLevelsAndOverAll) {
  const auto result = analyse_tradeoff(two_by_three());
  ASSERT_TRUE(result);
  ASSERT_EQ(result->comparisons.size(), 3U);
  EXPECT_EQ(result->comparisons[0].within, 0U);
  EXPECT_EQ(result->comparisons[0].pairs.size(), 3U);
  EXPECT_LT(result->comparisons[0].p_value, 1e-6);
  EXPECT_FALSE(result->comparisons[2].within);
  EXPECT_EQ(result->comparisons[2].factor, 1U);
  ASSERT_TRUE(result->interaction);
  EXPECT_LT(result->interaction->anova.interaction.p_value, 1e-6);
}

TEST(TradeoffTest, SavesWithinTheToleratedLoss) {
  TradeoffOptions options;
  options.most_loss = 0.025;
  const auto some = analyse_tradeoff(one_factor(), options);
  ASSERT_TRUE(some);
  ASSERT_EQ(some->savings.size(), 1U);
  // From middle to small: 0.90 / 0.92; from large to middle saves less.
  EXPECT_EQ(some->groups[some->savings[0].from].first, 1U);
  EXPECT_DOUBLE_EQ(some->savings[0].saved, 0.75);
  EXPECT_NEAR(*some->savings[0].loss, 0.02 / 0.92, 1e-12);
  ASSERT_TRUE(some->savings[0].pair);

  EXPECT_TRUE(analyse_tradeoff(one_factor())->savings.empty());
  TradeoffRows without = one_factor();
  without.correctness.clear();
  const auto any = analyse_tradeoff(without);
  ASSERT_TRUE(any);
  EXPECT_NEAR(any->savings.front().saved, 80.0 / 90.0, 1e-12);
  EXPECT_FALSE(any->savings.front().loss);
  EXPECT_TRUE(any->front.empty());
}

TEST(TradeoffTest, SaysWhetherEnergyFollowsARule) {
  TradeoffRows rows = one_factor();
  rows.energy_j = rows.response;
  for (const double energy : rows.energy_j) {
    rows.flops.push_back(7.0 * energy);
    rows.rated_j.push_back(1.25 * energy);
  }
  rows.flops.front() = kUnknown;
  const auto result = analyse_tradeoff(rows);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->flops->n, rows.response.size() - 1);
  EXPECT_NEAR(result->flops->factor, 1.0 / 7.0, 1e-12);
  EXPECT_NEAR(result->flops->median_ape, 0.0, 1e-12);
  EXPECT_NEAR(result->flops->spearman.coefficient, 1.0, 1e-12);
  EXPECT_NEAR(result->rated->median_ape, 0.25, 1e-12);
  EXPECT_FALSE(analyse_tradeoff(one_factor())->flops);
}

TEST(TradeoffTest, ReportsAMissingCombinationAndGoesOn) {
  TradeoffRows rows = two_by_three();
  constexpr std::size_t kCell = 7;
  for (auto* values : {&rows.response, &rows.correctness}) values->resize(values->size() - kCell);
  for (Factor& factor : rows.factors) factor.level.resize(rows.response.size());
  const auto result = analyse_tradeoff(rows);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->groups.size(), 5U);
  EXPECT_TRUE(result->comparisons[0].refused.empty());
  EXPECT_NE(result->interaction->refused, "");
}

TEST(TradeoffTest, RefusesWhatCannotBeCompared) {
  TradeoffRows rows = one_factor();
  rows.factors[0].levels = {"small"};
  rows.factors[0].level.assign(rows.response.size(), 0);
  EXPECT_NE(error_of(rows).find("one group only"), std::string::npos);

  rows = one_factor();
  rows.factors[0].level.front() = 3;
  EXPECT_NE(error_of(rows).find("not among its levels"), std::string::npos);

  rows = one_factor();
  rows.response.front() = kUnknown;
  EXPECT_NE(error_of(rows).find("not finite"), std::string::npos);

  rows = one_factor();
  rows.response.assign(rows.response.size(), 5.0);
  EXPECT_NE(error_of(rows).find("are equal (5)"), std::string::npos);

  TradeoffOptions options;
  options.most_loss = -0.1;
  EXPECT_NE(error_of(one_factor(), options).find("loss"), std::string::npos);
  EXPECT_NE(error_of(TradeoffRows()).find("no row"), std::string::npos);
}

TEST(TradeoffTest, SurvivesAResponseThatIsNotAboveZero) {
  TradeoffRows rows = one_factor();
  for (double& value : rows.response) value -= 50.0;
  const auto result = analyse_tradeoff(rows);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->savings.empty());
  EXPECT_FALSE(result->notes.empty());
}

}  // namespace
}  // namespace joulecast::analysis
