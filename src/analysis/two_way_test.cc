#include "joulecast/analysis/two_way.h"

#include <gtest/gtest.h>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

struct Sample {
  std::vector<double> response;
  Factor first, second;
};

// Cells of two and three observations.
Sample unbalanced() {
  return {.response = {4.1, 4.6, 5.2, 5.9, 5.5, 9.1, 8.4, 6.0, 6.9, 6.3, 6.1, 5.2, 7.7, 7.0, 7.9},
          .first = {"gpu", {"RTX 3070", "RTX 3090"}, {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}},
          .second = {"network", {"a", "b", "c"}, {0, 0, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1, 2, 2, 2}}};
}

void expect_effect(const Effect& effect, double sum_squares, double f, double p, double eta) {
  expect_number(effect.sum_squares, sum_squares);
  expect_number(effect.f, f);
  expect_p(effect.p_value, p);
  expect_number(effect.partial_eta_squared, eta);
}

TEST(TwoWayAnova, UnbalancedAsPingouin) {
  const Sample s = unbalanced();
  const auto result = two_way_anova(s.response, s.first, s.second);
  ASSERT_TRUE(result.ok());
  expect_effect(result->first, 0.36100000000000704, 1.7205648720212166, 0.2220919349001449,
                0.16049199762892974);
  expect_effect(result->second, 19.184321428571412, 45.71727083596013, 1.9302667659703517e-05,
                0.9103893954193626);
  expect_effect(result->interaction, 6.474666666666637, 15.429479258605403, 0.0012351637351220046,
                0.7742038343497143);
  EXPECT_EQ(result->residual_df, 9.0);
}

TEST(TwoWayAnova, TheOrderOfFactorsDoesNotMatter) {
  const Sample s = unbalanced();
  const auto one = two_way_anova(s.response, s.first, s.second);
  const auto other = two_way_anova(s.response, s.second, s.first);
  ASSERT_TRUE(one.ok() && other.ok());
  expect_number(one->first.f, other->second.f);
  expect_number(one->second.f, other->first.f);
  expect_number(one->interaction.f, other->interaction.f);
}

// Of one effect only, alignment strips the others: ranks of them say nothing.
TEST(AlignedRankTransform, SeesTheOneEffectThatIsThere) {
  Sample s{.response = {}, .first = {"gpu", {"x", "y"}, {}}, .second = {"network", {"a", "b"}, {}}};
  for (std::size_t i = 0; i < 40; ++i) {
    s.first.level.push_back(i % 2);
    s.second.level.push_back(i / 2 % 2);
    const std::size_t rest = i / 4;
    s.response.push_back(static_cast<double>(i % 2) * 50.0 + static_cast<double>(rest));
  }
  const auto result = aligned_rank_transform(s.response, s.first, s.second);
  ASSERT_TRUE(result.ok());
  EXPECT_LT(result->first.p_value, 1e-9);
  expect_number(result->second.f, 0.0);
  expect_number(result->interaction.f, 0.0);
}

TEST(TwoWay, Refuses) {
  Sample s = unbalanced();
  auto levels = s.second;
  levels.levels.emplace_back("d");
  expect_refusal(two_way_anova(s.response, s.first, levels),
                 "no observation of gpu RTX 3070 with network d");
  levels = s.second;
  levels.levels = {"a"};
  expect_refusal(aligned_rank_transform(s.response, s.first, levels), "it needs at least 2");
  levels = s.second;
  levels.level.back() = 7;
  expect_refusal(two_way_anova(s.response, s.first, levels), "no level 7");
  expect_refusal(two_way_anova(std::span(s.response).first(3), s.first, s.second),
                 "given for 15 of 3 observations");
  s.response.assign(15, 2.5);
  expect_refusal(two_way_anova(s.response, s.first, s.second), "nothing varies");
}

}  // namespace
}  // namespace joulecast::analysis
