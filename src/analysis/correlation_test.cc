#include <gtest/gtest.h>

#include <array>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

constexpr std::array kX{1.5, 2.5, 2.5, 4.0, 6.5, 7.0, 9.0};
constexpr std::array kY{2.0, 1.0, 3.0, 3.0, 5.0, 8.0, 7.0};

TEST(Correlation, AsSciPy) {
  const auto r = pearson(kX, kY), rho = spearman(kX, kY);
  ASSERT_TRUE(r.ok() && rho.ok());
  expect_number(r->coefficient, 0.903801673390978);
  expect_p(r->p_value, 0.00523137842410171);
  expect_number(rho->coefficient, 0.881818181818182);
  expect_p(rho->p_value, 0.00864501049674692);
}

TEST(Correlation, SameOrderIsCertain) {
  const auto rho =
      spearman(std::vector<double>{1.0, 2.0, 3.0}, std::vector<double>{-9.0, 0.0, 7.0});
  EXPECT_EQ(rho->coefficient, 1.0);
  EXPECT_EQ(rho->p_value, 0.0);
}

TEST(Correlation, Refuses) {
  const std::vector<double> same{2.0, 2.0, 2.0}, up{1.0, 2.0, 3.0}, two{1.0, 2.0};
  expect_refusal(pearson(up, same), "always 2");
  expect_refusal(spearman(up, two), "3 values beside 2");
  expect_refusal(pearson(two, two), "2 pairs");
}

}  // namespace
}  // namespace joulecast::analysis
