// One fitted regression, whatever the method.
#pragma once

#include <optional>

#include "pre/features.h"
#include "pre/problem.h"

namespace joulecast::pre {

/// Linear methods: intercept + sum of coefficient x scaled feature. Kernel methods: intercept + sum
/// over the problem's inputs of coefficient x exp(-gamma x squared distance of scaled features);
/// inputs that it was not fitted on have coefficient 0.
struct Model {
  Scaler scaler;
  std::optional<double> gamma;  ///< Of kernel methods.
  double intercept = 0.0;
  Vector coefficients;
};

/// In the target's published unit. `inputs` are those that the model was fitted with.
double predict(const Model& model, const Matrix& inputs, const Features& features);

}  // namespace joulecast::pre
