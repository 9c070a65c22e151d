// The minimum of a smooth function of a few variables, by Broyden, Fletcher, Goldfarb and Shanno.
#pragma once

#include <Eigen/Core>
#include <functional>

namespace joulecast::pre {

/// A function's value at a point, infinite where it has none; fills its gradient.
using Objective = std::function<double(const Eigen::VectorXd& at, Eigen::VectorXd& gradient)>;

/// A point where the gradient is as good as zero, sought from `start`, where the function must be
/// finite.
Eigen::VectorXd minimise(const Objective& objective, Eigen::VectorXd start, int max_steps = 200);

}  // namespace joulecast::pre
