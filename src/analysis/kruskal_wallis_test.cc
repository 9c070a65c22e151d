#include "analysis/kruskal_wallis.h"

#include <gtest/gtest.h>

#include <array>

#include "analysis/statistics_samples.h"
#include "joulecast/analysis/post_hoc.h"

namespace joulecast::analysis {
namespace {

TEST(KruskalWallis, AsSciPy) {
  const auto result = kruskal_wallis(measured_groups());
  ASSERT_TRUE(result.ok());
  expect_number(result->h, 15.8876120224804);
  expect_p(result->p_value, 0.000354853329130689);
  EXPECT_EQ(result->df, 2.0);
  expect_number(result->eta_squared, (15.8876120224804 - 2.0) / 21.0);
}

TEST(KruskalWallis, Ties) {
  const auto result = kruskal_wallis(tied_groups());
  ASSERT_TRUE(result.ok());
  expect_number(result->h, 8.13937867338372);
  expect_p(result->p_value, 0.0170826946649621);
}

TEST(KruskalWallis, Refuses) {
  expect_refusal(kruskal_wallis(std::vector<Group>{{"a", {2.0, 2.0}}, {"b", {2.0}}}),
                 "all 3 values are equal");
  expect_refusal(kruskal_wallis(std::vector<Group>{{"a", {1.0}}, {"b", {2.0}}}),
                 "every group has one value");
  expect_refusal(kruskal_wallis(std::vector<Group>{{"a", {1.0}}, {"b", {}}}), "group 'b'");
}

void expect_dunn(const std::vector<Group>& groups, const std::array<double, 3>& uncorrected,
                 const std::array<double, 3>& corrected) {
  const auto pairs = dunn(groups);
  ASSERT_TRUE(pairs.ok());
  ASSERT_EQ(pairs->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    expect_p((*pairs)[i].p_uncorrected, uncorrected[i]);
    expect_p((*pairs)[i].p_value, corrected[i]);
  }
  EXPECT_EQ((*pairs)[2].first, 1U);
  EXPECT_EQ((*pairs)[2].second, 2U);
}

TEST(Dunn, AsScikitPosthocs) {
  expect_dunn(measured_groups(), {0.00786992427742296, 0.149477578693855, 8.11245659858803e-05},
              {0.0157398485548459, 0.149477578693855, 0.000243373697957641});
  expect_dunn(tied_groups(), {0.167157638905617, 0.00443176715086351, 0.124600171229349},
              {0.249200342458699, 0.0132953014525905, 0.249200342458699});
}

}  // namespace
}  // namespace joulecast::analysis
