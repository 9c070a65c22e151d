#include "pre/least_squares.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace joulecast::pre {
namespace {

constexpr double kFirstDamping = 1e-3, kLeastDamping = 1e-12, kMostDamping = 1e12;
constexpr double kSofter = 0.2, kHarder = 4.0;
// A step that lowers the sum by less than this share of it is the last.
constexpr double kLeastGain = 1e-12;

/// Half the sum of the loss over all residuals.
double cost(const Eigen::VectorXd& r, std::optional<double> soft_l1) {
  if (!soft_l1) return 0.5 * r.squaredNorm();
  const double scale2 = *soft_l1 * *soft_l1;
  return scale2 * ((1.0 + r.array().square() / scale2).sqrt() - 1.0).sum();
}

/// How much each residual counts in a weighted least-squares step.
Eigen::ArrayXd weights(const Eigen::VectorXd& r, std::optional<double> soft_l1) {
  if (!soft_l1) return Eigen::ArrayXd::Ones(r.size());
  return (1.0 + r.array().square() / (*soft_l1 * *soft_l1)).rsqrt();
}

/// The normal equations at a point.
struct Normal {
  Eigen::MatrixXd matrix;
  Eigen::VectorXd gradient;
};

Normal normal_equations(const Eigen::VectorXd& r, const Eigen::MatrixXd& slopes,
                        std::optional<double> soft_l1) {
  const Eigen::MatrixXd weighted = weights(r, soft_l1).matrix().asDiagonal() * slopes;
  return {slopes.transpose() * weighted, weighted.transpose() * r};
}

}  // namespace

Eigen::VectorXd least_squares(const Residuals& residuals, Eigen::VectorXd start,
                              const LeastSquaresOptions& options) {
  Eigen::VectorXd at = std::move(start), r, trial_r;
  Eigen::MatrixXd slopes;
  double damping = kFirstDamping;
  residuals(at, r, &slopes);
  double now = cost(r, options.soft_l1);
  for (int step = 0; step < options.max_steps; ++step) {
    const Normal normal = normal_equations(r, slopes, options.soft_l1);
    bool stepped = false;
    double gain = 0.0;
    while (!stepped && damping < kMostDamping) {
      Eigen::MatrixXd damped = normal.matrix;
      damped.diagonal() *= 1.0 + damping;
      const Eigen::VectorXd trial = at - damped.ldlt().solve(normal.gradient);
      residuals(trial, trial_r, nullptr);
      const double then = cost(trial_r, options.soft_l1);
      stepped = then <= now;  // False of NaN too.
      if (stepped) {
        gain = now - then;
        now = then;
        at = trial;
      }
      damping = stepped ? std::max(damping * kSofter, kLeastDamping) : damping * kHarder;
    }
    if (!stepped || gain <= kLeastGain * now) break;
    residuals(at, r, &slopes);
  }
  return at;
}

}  // namespace joulecast::pre
