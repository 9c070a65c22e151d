// Levenberg and Marquardt's method, with a loss that outliers cannot rule.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>

namespace joulecast::pre {

/// Fills the residuals at a point and, unless null, their slopes (a row a residual).
using Residuals = std::function<void(const Eigen::VectorXd& at, Eigen::VectorXd& residuals,
                                     Eigen::MatrixXd* slopes)>;

struct LeastSquaresOptions {
  /// Residuals far above this count by their size, not their square (soft L1); absent: all count by
  /// their square.
  std::optional<double> soft_l1;
  int max_steps = 300;
};

/// A point from where no step lowers the sum, sought from `start`.
Eigen::VectorXd least_squares(const Residuals& residuals, Eigen::VectorXd start,
                              const LeastSquaresOptions& options = {});

}  // namespace joulecast::pre
