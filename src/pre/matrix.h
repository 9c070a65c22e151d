// The one place that names Eigen in this room.
#pragma once

#include <Eigen/Dense>

namespace joulecast::pre {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

}  // namespace joulecast::pre
