#include "pre/quasi_newton.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace joulecast::pre {
namespace {

TEST(QuasiNewton, FindsTheEndOfAValley) {
  const auto rosenbrock = [](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    const double across = at[1] - at[0] * at[0], along = 1.0 - at[0];
    gradient = Eigen::Vector2d(-400.0 * at[0] * across - 2.0 * along, 200.0 * across);
    return 100.0 * across * across + along * along;
  };
  const Eigen::VectorXd found = minimise(rosenbrock, Eigen::Vector2d(-1.2, 1.0));
  EXPECT_NEAR(found[0], 1.0, 1e-5);
  EXPECT_NEAR(found[1], 1.0, 1e-5);
}

TEST(QuasiNewton, GoesRoundWhereThereIsNoValue) {
  const auto barrier = [](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    if (at[0] <= 0.0) return std::numeric_limits<double>::infinity();
    gradient = Eigen::VectorXd::Constant(1, 1.0 - 0.01 / at[0]);
    return at[0] - 0.01 * std::log(at[0]);
  };
  EXPECT_NEAR(minimise(barrier, Eigen::VectorXd::Ones(1))[0], 0.01, 1e-6);
}

}  // namespace
}  // namespace joulecast::pre
