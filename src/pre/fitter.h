// Fits the published regressions to a part of a problem's rows.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "joulecast/base/result.h"
#include "pre/model.h"
#include "pre/problem.h"

namespace joulecast::pre {

enum class Method { kLinear, kRidge, kKernelRidge, kSupportVector };

constexpr bool is_kernel(Method method) {
  return method == Method::kKernelRidge || method == Method::kSupportVector;
}

/// What a method does not have is not read.
struct HyperParameters {
  double alpha = 0.0;    ///< Of ridge and kernel ridge: the penalty.
  double gamma = 0.0;    ///< Of the RBF kernel.
  double c = 0.0;        ///< Of the support vectors: the cost.
  double epsilon = 0.0;  ///< The width of their tube, in the published unit.
};

/// A part of a problem's rows, ready to be fitted with many hyper-parameters: scaled, repeats of
/// one input merged, distances known. Safe for concurrent calls of const members.
class Fitter {
 public:
  /// `problem` must outlive it; `rows` must not be empty.
  Fitter(const Problem& problem, std::vector<std::size_t> rows, Method method);

  /// Errors: a system that cannot be solved, hyper-parameters out of range.
  Result<Model> fit(const HyperParameters& hyper) const;
  /// What `model`, of this fitter, says of every input of the problem.
  Vector predict_inputs(const Model& model) const;

 private:
  /// The inputs that are present, as rows of a matrix of their own.
  Matrix present(const Matrix& inputs) const;
  Result<Model> linear(double alpha) const;
  Result<Model> kernel_ridge(const HyperParameters& hyper) const;
  Result<Model> support_vector(const HyperParameters& hyper) const;

  const Problem& problem_;
  std::vector<std::size_t> rows_;
  Method method_;
  Scaler scaler_;
  Matrix inputs_;                      ///< All of the problem's, scaled.
  Matrix distance2_;                   ///< Between them; kernel methods only.
  std::vector<Eigen::Index> present_;  ///< Inputs that any of the rows has.
  Vector count_, mean_;                ///< Rows of each such input, and their mean y.
};

}  // namespace joulecast::pre
