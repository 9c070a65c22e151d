#include <gtest/gtest.h>

#include <array>

#include "analysis/statistics_samples.h"
#include "joulecast/analysis/post_hoc.h"

namespace joulecast::analysis {
namespace {

TEST(GamesHowell, AsPingouin) {
  const auto pairs = games_howell(measured_groups());
  ASSERT_TRUE(pairs.ok());
  ASSERT_EQ(pairs->size(), 3U);
  expect_number((*pairs)[0].t, 7.23117524620482);
  expect_number((*pairs)[0].df, 7.71137044651852);
  // pingouin's p-values are SciPy's quadrature, exact to about 1e-12.
  EXPECT_NEAR((*pairs)[0].p_value, 0.000277234880426747, 1e-11);
  EXPECT_NEAR((*pairs)[1].p_value, 0.10306690172202, 1e-11);
  EXPECT_NEAR((*pairs)[2].p_value, 0.00304227341843022, 1e-11);
}

TEST(GamesHowell, AConstantGroupBesideOneThatVaries) {
  const std::vector<Group> groups{{"a", {1.0, 1.0, 1.0}}, {"b", {1.0, 2.0, 4.0}}};
  const auto pairs = games_howell(groups);
  ASSERT_TRUE(pairs.ok());
  EXPECT_DOUBLE_EQ(pairs->front().df, 2.0);
}

TEST(TukeyKramer, AsSciPy) {
  const std::array<double, 3> known{0.147517865693, 0.00400899182237, 0.143404275892};
  const auto pairs = tukey_kramer(tied_groups());
  ASSERT_TRUE(pairs.ok());
  for (std::size_t i = 0; i < known.size(); ++i) EXPECT_NEAR((*pairs)[i].p_value, known[i], 1e-11);
}

TEST(MeanComparisons, Refuse) {
  const std::vector<Group> constant{{"a", {1.0, 1.0}}, {"b", {2.0, 2.0}}, {"c", {1.0, 2.0}}};
  expect_refusal(games_howell(constant), "neither group 'a' nor group 'b' varies");
  expect_refusal(tukey_kramer(std::span(constant).first(2)), "no group varies");
}

}  // namespace
}  // namespace joulecast::analysis
