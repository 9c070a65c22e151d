#include "pre/residual_process.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pre/quasi_newton.h"

namespace joulecast::pre {
namespace {

// Of each output: kind, network, activity, data set, run.
constexpr int kPerOutput = 5;
constexpr int kRun = 4;
constexpr int kBatchLength = 10, kSizeLength = 11, kActivityLength = 12;

constexpr std::array<double, kPerOutput> kMedians = {0.06, 0.06, 0.05, 0.01, 0.025};
constexpr std::array<double, kPerOutput> kLogSds = {0.4, 0.4, 0.4, 0.4, 0.4};
constexpr std::array<double, 3> kLengthMedians = {1.5, 0.8, 0.25};
constexpr double kLengthLogSd = 0.5;

Hyper hyper_prior_sd() {
  Hyper sd;
  for (int i = 0; i < kBatchLength; ++i) {
    sd[i] = kLogSds[static_cast<std::size_t>(i % kPerOutput)];
  }
  sd.tail<3>().setConstant(kLengthLogSd);
  return sd;
}

int offset(Output output) { return output == Output::kTime ? 0 : kPerOutput; }

double squared(double x) { return x * x; }

/// Variances and squared lengths, once for many pairs.
struct Scales {
  explicit Scales(const Hyper& hyper) : squares((2.0 * hyper.array()).exp()) {}
  double variance(Output output, int part) const { return squares[offset(output) + part]; }

  Eigen::Array<double, kHyperCount, 1> squares;
};

/// How near two points are, a share a part of the variance, and squared distances.
struct Nearness {
  std::array<double, kRun> parts;
  double batch2, size2, activity2;  ///< In units of the lengths.
};

Nearness nearness(const Scales& scales, const ProcessPoint& a, const ProcessPoint& b) {
  Nearness near{};
  near.batch2 = squared(a.log_batch - b.log_batch) / scales.squares[kBatchLength];
  near.size2 = squared(a.log_size - b.log_size) / scales.squares[kSizeLength];
  const bool machine = a.gpu == b.gpu && a.host == b.host;
  const bool network = a.network == b.network;
  if (network) near.parts[1] = std::exp(-0.5 * (near.batch2 + near.size2));
  if (network && machine) near.parts[0] = near.parts[1];
  if (a.gpu == b.gpu) {
    near.activity2 = (a.activity - b.activity).squaredNorm() / scales.squares[kActivityLength];
    near.parts[2] = std::exp(-0.5 * near.activity2);
  }
  near.parts[3] = machine && a.dataset == b.dataset ? 1.0 : 0.0;
  return near;
}

double covariance(const Scales& scales, const Nearness& near, Output output) {
  double sum = 0.0;
  for (int part = 0; part < kRun; ++part) {
    sum += scales.variance(output, part) * near.parts[static_cast<std::size_t>(part)];
  }
  return sum;
}

Eigen::MatrixXd covariance(const Scales& scales, const std::vector<ProcessPoint>& points,
                           const std::vector<ProcessEntry>& entries) {
  const auto n = static_cast<Eigen::Index>(entries.size());
  Eigen::MatrixXd k = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const ProcessEntry& a = entries[static_cast<std::size_t>(i)];
    for (Eigen::Index j = 0; j <= i; ++j) {
      const ProcessEntry& b = entries[static_cast<std::size_t>(j)];
      if (a.output != b.output) continue;
      k(i, j) = covariance(scales, nearness(scales, points[a.point], points[b.point]), a.output);
      k(j, i) = k(i, j);
    }
    k(i, i) += scales.variance(a.output, kRun);
  }
  return k;
}

/// Adds weight x the covariance's slopes with respect to the hyper-parameters.
void add_slopes(const Scales& scales, const Nearness& near, Output output, double weight,
                Hyper& gradient) {
  std::array<double, kRun> term{};
  for (std::size_t part = 0; part < kRun; ++part) {
    const int at = offset(output) + static_cast<int>(part);
    term[part] = weight * scales.squares[at] * near.parts[part];
    gradient[at] += 2.0 * term[part];
  }
  gradient[kBatchLength] += (term[0] + term[1]) * near.batch2;
  gradient[kSizeLength] += (term[0] + term[1]) * near.size2;
  gradient[kActivityLength] += term[2] * near.activity2;
}

/// Half the sum of weights times the covariance's slopes: the gradient of the likelihood.
Hyper likelihood_gradient(const Scales& scales, const std::vector<ProcessPoint>& points,
                          const std::vector<ProcessEntry>& entries,
                          const Eigen::MatrixXd& weights) {
  Hyper gradient = Hyper::Zero();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ProcessEntry& a = entries[i];
    for (std::size_t j = 0; j <= i; ++j) {
      const ProcessEntry& b = entries[j];
      if (a.output != b.output) continue;
      const double weight = weights(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) *
                            (i == j ? 0.5 : 1.0);
      add_slopes(scales, nearness(scales, points[a.point], points[b.point]), a.output, weight,
                 gradient);
      if (i == j) {
        gradient[offset(a.output) + kRun] += 2.0 * weight * scales.variance(a.output, kRun);
      }
    }
  }
  return gradient;
}

}  // namespace

int Labels::find(const std::string& name) const {
  const auto at = std::find(names_.begin(), names_.end(), name);
  return at == names_.end() ? -1 : static_cast<int>(at - names_.begin());
}

int Labels::add(const std::string& name) {
  const int known = find(name);
  if (known >= 0) return known;
  names_.push_back(name);
  return static_cast<int>(names_.size()) - 1;
}

void ProcessSpace::add(const Workload& workload) {
  gpus_.add(workload.gpu);
  hosts_.add(workload.host);
  networks_.add(workload.network);
  datasets_.add(workload.dataset);
}

ProcessPoint ProcessSpace::point(const Workload& workload, const Outcome& outcome) const {
  return {.gpu = gpus_.find(workload.gpu),
          .host = hosts_.find(workload.host),
          .network = networks_.find(workload.network),
          .dataset = datasets_.find(workload.dataset),
          .log_batch = std::log(workload.batch_size),
          // Half: the side of an image, not its area.
          .log_size = 0.5 * std::log(std::max(workload.input_elements, 1.0)),
          .activity = {outcome.busy, std::sqrt(outcome.compute), std::sqrt(outcome.memory)}};
}

Hyper hyper_prior() {
  Hyper prior;
  for (int i = 0; i < kBatchLength; ++i) {
    prior[i] = std::log(kMedians[static_cast<std::size_t>(i % kPerOutput)]);
  }
  for (int i = 0; i < 3; ++i) {
    prior[kBatchLength + i] = std::log(kLengthMedians[static_cast<std::size_t>(i)]);
  }
  return prior;
}

double covariance(const Hyper& hyper, const ProcessPoint& a, const ProcessPoint& b, Output output) {
  const Scales scales(hyper);
  return covariance(scales, nearness(scales, a, b), output);
}

double noise_variance(const Hyper& hyper, Output output) {
  return Scales(hyper).variance(output, kRun);
}

Eigen::MatrixXd covariance(const Hyper& hyper, const std::vector<ProcessPoint>& points,
                           const std::vector<ProcessEntry>& entries) {
  return covariance(Scales(hyper), points, entries);
}

Hyper fit_hyper(const std::vector<ProcessPoint>& points, const std::vector<ProcessEntry>& entries,
                const Eigen::VectorXd& residuals, const Eigen::MatrixXd& physics_covariance,
                const Hyper& start) {
  const Hyper prior = hyper_prior(), prior_sd = hyper_prior_sd();
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(residuals.size(), residuals.size());
  const auto objective = [&](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    const Scales scales{Hyper(at)};
    const Eigen::LLT<Eigen::MatrixXd> c(physics_covariance + covariance(scales, points, entries));
    if (c.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const Eigen::VectorXd a = c.solve(residuals);
    const Hyper off = (at - prior).cwiseQuotient(prior_sd);
    gradient = likelihood_gradient(scales, points, entries, c.solve(identity) - a * a.transpose()) +
               off.cwiseQuotient(prior_sd);
    const double log_root = c.matrixLLT().diagonal().array().log().sum();
    return 0.5 * residuals.dot(a) + log_root + 0.5 * off.squaredNorm();
  };
  return minimise(objective, start);
}

}  // namespace joulecast::pre
