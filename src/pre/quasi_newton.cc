#include "pre/quasi_newton.h"

#include <algorithm>
#include <cmath>

namespace joulecast::pre {
namespace {

constexpr double kLeastGradient = 1e-5;
constexpr double kLongestStep = 2.0;
constexpr double kArmijo = 1e-4, kCurvature = 1e-10;
constexpr int kMaxHalvings = 40;

/// The change of the inverse Hessian that a step `s` with a gradient change `y` tells of.
void update(Eigen::MatrixXd& inverse, const Eigen::VectorXd& s, const Eigen::VectorXd& y) {
  const double sy = s.dot(y);
  if (sy <= kCurvature * s.norm() * y.norm()) return;
  const Eigen::VectorXd hy = inverse * y;
  inverse += (1.0 + y.dot(hy) / sy) / sy * s * s.transpose() -
             (hy * s.transpose() + s * hy.transpose()) / sy;
}

}  // namespace

Eigen::VectorXd minimise(const Objective& objective, Eigen::VectorXd start, int max_steps) {
  Eigen::VectorXd at = std::move(start), gradient(at.size()), trial_gradient(at.size());
  double value = objective(at, gradient);
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(at.size(), at.size());
  inverse /= std::max(1.0, gradient.norm());
  for (int step = 0; step < max_steps; ++step) {
    if (gradient.lpNorm<Eigen::Infinity>() < kLeastGradient) break;
    Eigen::VectorXd direction = -inverse * gradient;
    if (direction.dot(gradient) >= 0.0) {
      inverse.setIdentity();
      direction = -gradient;
    }
    direction *= std::min(1.0, kLongestStep / direction.lpNorm<Eigen::Infinity>());
    const double slope = direction.dot(gradient);
    double length = 1.0, trial_value = 0.0;
    bool lower = false;
    for (int halving = 0; halving < kMaxHalvings && !lower; ++halving) {
      if (halving > 0) length *= 0.5;
      trial_value = objective(at + length * direction, trial_gradient);
      lower = trial_value <= value + kArmijo * length * slope;
    }
    if (!lower) break;
    update(inverse, length * direction, trial_gradient - gradient);
    at += length * direction;
    gradient = trial_gradient;
    value = trial_value;
  }
  return at;
}

}  // namespace joulecast::pre
