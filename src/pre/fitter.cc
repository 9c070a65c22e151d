#include "pre/fitter.h"

#include <cmath>
#include <utility>

#include "pre/support_vector.h"

namespace joulecast::pre {
namespace {

Matrix squared_distances(const Matrix& x) {
  Matrix result(x.rows(), x.rows());
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    result.col(i) = (x.rowwise() - x.row(i)).rowwise().squaredNorm();
  }
  return result;
}

bool usable(double value) { return std::isfinite(value) && value >= 0.0; }

}  // namespace

Fitter::Fitter(const Problem& problem, std::vector<std::size_t> rows, Method method)
    : problem_(problem),
      rows_(std::move(rows)),
      method_(method),
      scaler_(fit_scaler(problem, rows_)),
      inputs_(scaled(scaler_, problem.inputs)) {
  Vector count = Vector::Zero(inputs_.rows()), sum = count;
  for (const std::size_t row : rows_) {
    const auto input = static_cast<Eigen::Index>(problem.input_of_row[row]);
    count[input] += 1.0;
    sum[input] += problem.y[row];
  }
  for (Eigen::Index i = 0; i < count.size(); ++i) {
    if (count[i] > 0.0) present_.push_back(i);
  }
  count_ = count(present_);
  mean_ = sum(present_).cwiseQuotient(count_);
  if (is_kernel(method)) distance2_ = squared_distances(inputs_);
}

Matrix Fitter::present(const Matrix& inputs) const { return inputs(present_, Eigen::all); }

Result<Model> Fitter::fit(const HyperParameters& hyper) const {
  switch (method_) {
    case Method::kLinear:
      return linear(0.0);
    case Method::kRidge:
      return linear(hyper.alpha);
    case Method::kKernelRidge:
      return kernel_ridge(hyper);
    case Method::kSupportVector:
      return support_vector(hyper);
  }
  return Error{"no such method"};
}

// Repeats count by their number; the intercept is not penalised. Features that say the same twice
// (height and width) make the system singular without a penalty: then the shortest solution.
Result<Model> Fitter::linear(double alpha) const {
  if (!usable(alpha)) return Error{"ridge: alpha must be 0 or above"};
  const Matrix x = present(inputs_);
  const double n = count_.sum();
  const Vector x_mean = x.transpose() * count_ / n;
  const double y_mean = count_.dot(mean_) / n;
  const Vector root = count_.cwiseSqrt();
  const Matrix a = root.asDiagonal() * (x.rowwise() - x_mean.transpose());
  const Vector b = root.cwiseProduct((mean_.array() - y_mean).matrix());
  Model model{.scaler = scaler_, .gamma = {}, .intercept = 0.0, .coefficients = {}};
  if (alpha > 0.0) {
    Matrix normal = a.transpose() * a;
    normal.diagonal().array() += alpha;
    model.coefficients = normal.ldlt().solve(a.transpose() * b);
  } else {
    constexpr double kRankThreshold = 1e-10;
    Eigen::CompleteOrthogonalDecomposition<Matrix> decomposition;
    decomposition.setThreshold(kRankThreshold);
    model.coefficients = decomposition.compute(a).solve(b);
  }
  model.intercept = y_mean - model.coefficients.dot(x_mean);
  if (!model.coefficients.allFinite()) return Error{"linear: the system has no solution"};
  return model;
}

// (K + alpha I) a = y over all rows, summed over the repeats of each input: with n rows and mean m,
// (K + alpha diag(1/n)) c = m. It is the same solution, not an approximation.
Result<Model> Fitter::kernel_ridge(const HyperParameters& hyper) const {
  if (!usable(hyper.alpha) || !usable(hyper.gamma)) {
    return Error{"krr: alpha and gamma must be 0 or above"};
  }
  Matrix system = (-hyper.gamma * distance2_(present_, present_)).array().exp();
  system.diagonal() += hyper.alpha * count_.cwiseInverse();
  const Eigen::LLT<Matrix> solver(system);
  const Vector solution = solver.solve(mean_);
  if (solver.info() != Eigen::Success || !solution.allFinite()) {
    return Error{"krr: the inputs are too alike for this alpha and gamma; take a larger alpha"};
  }
  Model model{.scaler = scaler_,
              .gamma = hyper.gamma,
              .intercept = 0.0,
              .coefficients = Vector::Zero(inputs_.rows())};
  model.coefficients(present_) = solution;
  return model;
}

Result<Model> Fitter::support_vector(const HyperParameters& hyper) const {
  std::vector<std::size_t> input_of_row;
  std::vector<double> y;
  for (const std::size_t row : rows_) {
    input_of_row.push_back(problem_.input_of_row[row]);
    y.push_back(problem_.y[row]);
  }
  const Matrix kernel = (-hyper.gamma * distance2_).array().exp();
  auto fit = fit_support_vectors(kernel, input_of_row, y, hyper);
  if (!fit) return fit.error();
  return Model{.scaler = scaler_,
               .gamma = hyper.gamma,
               .intercept = fit->intercept,
               .coefficients = std::move(fit->coefficients)};
}

Vector Fitter::predict_inputs(const Model& model) const {
  if (!model.gamma) {
    return (inputs_ * model.coefficients).array() + model.intercept;
  }
  const Vector used = model.coefficients(present_);
  const Matrix kernel = (-*model.gamma * distance2_(Eigen::all, present_)).array().exp();
  return (kernel * used).array() + model.intercept;
}

}  // namespace joulecast::pre
