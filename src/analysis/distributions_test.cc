#include "analysis/distributions.h"

#include <gtest/gtest.h>

#include "analysis/statistics_samples.h"

namespace joulecast::analysis {
namespace {

TEST(Distributions, TailsAsSciPyHasThem) {
  expect_p(normal_above(10.0), 7.61985302416047e-24);
  expect_p(normal_below(-10.0), 7.61985302416047e-24);
  expect_number(normal_quantile(0.975), 1.95996398454005);
  expect_p(f_above(428.0, 4.0, 180.0), 9.28429822944288e-91);
  expect_p(f_above(3.5, 2.0, 7.5), 0.0844014153208883);
  expect_p(students_t_two_sided(-2.5, 4.5), 0.0599056865022005);
  expect_p(chi_squared_above(300.0, 3.0), 9.94875834632759e-65);
}

TEST(Distributions, BeyondADoubleATailIsZero) {
  EXPECT_EQ(f_above(1e300, 4.0, 1e6), 0.0);
  EXPECT_EQ(chi_squared_above(1e6, 2.0), 0.0);
  EXPECT_EQ(f_above(0.0, 2.0, 3.0), 1.0);
}

}  // namespace
}  // namespace joulecast::analysis
