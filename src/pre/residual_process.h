// What the physics leaves over: a Gaussian process on the logarithms of time and power, in which
// configurations of one GPU, network, data set or kind of activity err alike.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "pre/physics.h"
#include "pre/workload.h"

namespace joulecast::pre {

/// Of what a logarithm is.
enum class Output { kTime, kPower };

/// Where a configuration lies for the process. Labels of things never seen are -1, and equal none
/// that was.
struct ProcessPoint {
  int gpu = -1, host = -1, network = -1, dataset = -1;
  double log_batch = 0.0, log_size = 0.0;
  Eigen::Vector3d activity = Eigen::Vector3d::Zero();
};

/// Names as small numbers, in the order first seen.
class Labels {
 public:
  int add(const std::string& name);
  int find(const std::string& name) const;

 private:
  std::vector<std::string> names_;
};

/// Makes the points of workloads; those added are known from then on.
class ProcessSpace {
 public:
  void add(const Workload& workload);
  bool knows_network(const Workload& workload) const {
    return networks_.find(workload.network) >= 0;
  }
  ProcessPoint point(const Workload& workload, const Outcome& outcome) const;

 private:
  Labels gpus_, hosts_, networks_, datasets_;
};

/// Logarithms of the process' hyper-parameters: for time, then for power, the standard deviations
/// that a configuration's kind, its network, its activity, its data set and a single run have of
/// their own; then the lengths over which batch size, input size and activity matter.
inline constexpr int kHyperCount = 13;
using Hyper = Eigen::Matrix<double, kHyperCount, 1>;

Hyper hyper_prior();

/// One logarithm that was measured.
struct ProcessEntry {
  std::size_t point = 0;
  Output output = Output::kTime;
};

/// Covariance of two configurations' residuals, runs' own noise apart.
double covariance(const Hyper& hyper, const ProcessPoint& a, const ProcessPoint& b, Output output);
/// Of one run alone.
double noise_variance(const Hyper& hyper, Output output);

Eigen::MatrixXd covariance(const Hyper& hyper, const std::vector<ProcessPoint>& points,
                           const std::vector<ProcessEntry>& entries);

/// The most probable hyper-parameters, given the residuals and the covariance that the physics'
/// own parameters bring with them.
Hyper fit_hyper(const std::vector<ProcessPoint>& points, const std::vector<ProcessEntry>& entries,
                const Eigen::VectorXd& residuals, const Eigen::MatrixXd& physics_covariance,
                const Hyper& start);

}  // namespace joulecast::pre
