#include "pre/support_vector.h"

#include <fmt/format.h>
#include <libsvm/svm.h>

#include <memory>
#include <mutex>
#include <vector>

#include "pre/fitter.h"

namespace joulecast::pre {
namespace {

// As scikit-learn sets them.
constexpr double kTolerance = 1e-3;
constexpr double kCacheMegabytes = 200.0;

struct FreeModel {
  void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

svm_parameter parameters(const HyperParameters& hyper) {
  svm_parameter result{};
  result.svm_type = EPSILON_SVR;
  result.kernel_type = PRECOMPUTED;
  result.cache_size = kCacheMegabytes;
  result.eps = kTolerance;
  result.C = hyper.c;
  result.p = hyper.epsilon;
  result.shrinking = 1;
  return result;
}

void silence() {
  static std::once_flag once;
  std::call_once(once, [] { svm_set_print_string_function([](const char*) {}); });
}

// libsvm takes a precomputed kernel as rows of nodes: node 0 holds the row's number, node i the
// kernel with training row i, numbered from 1. Rows that share an input share most of it.
std::vector<std::vector<svm_node>> kernel_rows(const Matrix& kernel,
                                               std::span<const std::size_t> input_of_row) {
  const std::size_t n = input_of_row.size();
  std::vector<std::vector<svm_node>> rows(n);
  for (std::size_t i = 0; i < n; ++i) {
    rows[i].push_back({0, static_cast<double>(i + 1)});
    const auto a = static_cast<Eigen::Index>(input_of_row[i]);
    for (std::size_t j = 0; j < n; ++j) {
      rows[i].push_back(
          {static_cast<int>(j + 1), kernel(a, static_cast<Eigen::Index>(input_of_row[j]))});
    }
    rows[i].push_back({-1, 0.0});
  }
  return rows;
}

}  // namespace

Result<SupportVectors> fit_support_vectors(const Matrix& kernel,
                                           std::span<const std::size_t> input_of_row,
                                           std::span<const double> y,
                                           const HyperParameters& hyper) {
  silence();
  auto rows = kernel_rows(kernel, input_of_row);
  std::vector<svm_node*> pointers;
  for (auto& row : rows) pointers.push_back(row.data());
  std::vector<double> targets(y.begin(), y.end());
  const svm_problem problem{
      .l = static_cast<int>(y.size()), .y = targets.data(), .x = pointers.data()};
  const svm_parameter parameter = parameters(hyper);
  if (const char* what = svm_check_parameter(&problem, &parameter)) {
    return Error{fmt::format("svr: {}", what)};
  }
  const std::unique_ptr<svm_model, FreeModel> model(svm_train(&problem, &parameter));
  SupportVectors result{Vector::Zero(kernel.rows()), -model->rho[0]};
  for (int i = 0; i < model->l; ++i) {
    const auto row = static_cast<std::size_t>(model->sv_indices[i] - 1);
    result.coefficients[static_cast<Eigen::Index>(input_of_row[row])] += model->sv_coef[0][i];
  }
  if (!result.coefficients.allFinite()) return Error{"svr: the fit did not converge"};
  return result;
}

}  // namespace joulecast::pre
