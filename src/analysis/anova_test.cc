#include "analysis/anova.h"

#include <gtest/gtest.h>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

void expect_f_test(const Result<FTest>& result, double f, double p_value) {
  ASSERT_TRUE(result.ok()) << result.error().message;
  expect_number(result->f, f);
  expect_p(result->p_value, p_value);
}

TEST(Anova, AsPingouin) {
  expect_f_test(anova(measured_groups()), 15.96930389927581, 6.077027171815364e-05);
  expect_f_test(anova(tied_groups()), 7.748488180318858, 0.005425674662184301);
  expect_number(anova(tied_groups())->eta_squared, 0.5253750815394651);
}

TEST(Anova, FarFromZeroIsTheSame) {
  auto far = tied_groups();
  for (Group& group : far) {
    for (double& value : group.values) value += 1e9;
  }
  expect_f_test(anova(far), 7.748488180318858, 0.005425674662184301);
}

TEST(WelchAnova, AsPingouin) {
  const auto result = welch_anova(measured_groups());
  expect_f_test(result, 27.981740595940366, 8.458603298490893e-05);
  expect_number(result->df_within, 9.894733863310536);
  expect_number(result->eta_squared, 0.6033140863864095);
  expect_f_test(welch_anova(tied_groups()), 6.836322898568933, 0.015607435997784525);
}

TEST(Levene, AsSciPy) {
  const auto groups = measured_groups();
  expect_f_test(levene(groups), 11.7441066454271, 0.000377337936699835);
  expect_f_test(levene(groups, Centre::kMean), 11.8779501933394, 0.000354302698221592);
  expect_f_test(levene(tied_groups()), 0.0, 1.0);
}

TEST(Levene, GroupsOfTwoHaveNoDistancesToCompare) {
  const std::vector<Group> pairs{{"a", {0.1, 0.4}}, {"b", {1.7, 9.3}}};
  expect_refusal(levene(pairs), "do not vary within any group");
}

TEST(GroupTests, Refuse) {
  const std::vector<Group> constant{{"a", {1.0, 1.0}}, {"b", {2.0, 2.0, 2.0}}};
  expect_refusal(anova(constant), "no group varies");
  expect_refusal(welch_anova(constant), "group 'a' does not vary");
  expect_refusal(anova(std::vector<Group>{{"a", {1.0, 2.0}}}), "only one group");
  expect_refusal(anova({}), "no groups");
  expect_refusal(welch_anova(std::vector<Group>{{"a", {1.0, 2.0}}, {"b", {1.0}}}),
                 "group 'b' has 1 value, 2 are needed");
}

}  // namespace
}  // namespace joulecast::analysis
