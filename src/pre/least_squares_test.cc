#include "pre/least_squares.h"

#include <gtest/gtest.h>

namespace joulecast::pre {
namespace {

TEST(LeastSquares, FindsTheEndOfAValley) {
  const auto rosenbrock = [](const Eigen::VectorXd& at, Eigen::VectorXd& r,
                             Eigen::MatrixXd* slopes) {
    r = Eigen::Vector2d(10.0 * (at[1] - at[0] * at[0]), 1.0 - at[0]);
    if (slopes == nullptr) return;
    slopes->resize(2, 2);
    *slopes << -20.0 * at[0], 10.0, -1.0, 0.0;
  };
  const Eigen::VectorXd found = least_squares(rosenbrock, Eigen::Vector2d(-1.2, 1.0));
  EXPECT_NEAR(found[0], 1.0, 1e-6);
  EXPECT_NEAR(found[1], 1.0, 1e-6);
}

/// Residuals of a level against 20 values of 1 and one of 100.
void level(const Eigen::VectorXd& at, Eigen::VectorXd& r, Eigen::MatrixXd* slopes) {
  r = Eigen::VectorXd::Constant(21, at[0] - 1.0);
  r[20] = at[0] - 100.0;
  if (slopes != nullptr) *slopes = Eigen::MatrixXd::Ones(21, 1);
}

TEST(LeastSquares, ASoftLossIsNotRuledByOneValue) {
  const Eigen::VectorXd start = Eigen::VectorXd::Zero(1);
  EXPECT_NEAR(least_squares(level, start)[0], 120.0 / 21.0, 1e-9);
  // Where 20 pulls of x / sqrt(1 + x^2) meet one of 1: x = 1 / sqrt(399).
  LeastSquaresOptions soft;
  soft.soft_l1 = 1.0;
  EXPECT_NEAR(least_squares(level, start, soft)[0], 1.0 + 0.05006, 1e-4);
}

TEST(LeastSquares, NothingThatMattersStaysWhereItWas) {
  const auto constant = [](const Eigen::VectorXd&, Eigen::VectorXd& r, Eigen::MatrixXd* slopes) {
    r = Eigen::VectorXd::Ones(2);
    if (slopes != nullptr) *slopes = Eigen::MatrixXd::Zero(2, 1);
  };
  EXPECT_EQ(least_squares(constant, Eigen::VectorXd::Constant(1, 3.0))[0], 3.0);
}

}  // namespace
}  // namespace joulecast::pre
