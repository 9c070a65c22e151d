// Epsilon-insensitive support-vector regression, solved by libsvm.
#pragma once

#include <cstddef>
#include <span>

#include "joulecast/base/result.h"
#include "pre/matrix.h"

namespace joulecast::pre {

struct HyperParameters;

struct SupportVectors {
  Vector coefficients;  ///< By input, summed over its repeats.
  double intercept = 0.0;
};

/// `kernel` between all inputs; each row has an input and a y. Safe from any thread. Errors: C not
/// above 0, epsilon below 0.
Result<SupportVectors> fit_support_vectors(const Matrix& kernel,
                                           std::span<const std::size_t> input_of_row,
                                           std::span<const double> y, const HyperParameters& hyper);

}  // namespace joulecast::pre
