// Physics and residual process fitted together: what is believed of time and power of a
// configuration, and how sure.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <optional>
#include <vector>

#include "pre/parameters.h"
#include "pre/physics.h"
#include "pre/residual_process.h"
#include "pre/workload.h"

namespace joulecast::pre {

/// A configuration that was measured: natural logarithms of seconds an epoch and of watts.
struct Case {
  Workload workload;
  std::optional<double> log_time, log_power;
};

/// A normal distribution of (log time, log power) of a run.
struct Belief {
  Eigen::Vector2d mean = Eigen::Vector2d::Zero();
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Zero();
};

/// What a case turned out to be against what the others say of it.
struct LeftOut {
  Eigen::Vector2d error = Eigen::Vector2d::Zero();  ///< Measured less expected.
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Zero();
  bool time = false, power = false;  ///< Whether it was measured.
};

/// What a fit found; with the cases it makes the model again.
struct JointFit {
  Eigen::VectorXd parameters;
  Hyper hyper;
};

/// Safe for concurrent calls of const members.
class JointModel {
 public:
  /// At least one logarithm must be there.
  explicit JointModel(std::vector<Case> cases);
  /// Of the same cases as the fit, whose size must be parameter_count() of them.
  JointModel(std::vector<Case> cases, JointFit known);

  JointFit fit() const { return {.parameters = fit_, .hyper = hyper_}; }
  static std::size_t parameter_count(const std::vector<Case>& cases);

  Belief believe(const Workload& workload) const;
  /// What the physics alone says, with the parameters fitted.
  Outcome physics(const Workload& workload) const;
  /// Each case left out of the last step of the fit, its parameters' linearisation kept.
  std::vector<LeftOut> leave_one_out() const;

  bool knows_gpu(const Workload& w) const { return layout_.place(w).gpu.has_value(); }
  bool knows_generation(const Workload& w) const { return layout_.place(w).generation.has_value(); }
  bool knows_host(const Workload& w) const { return layout_.place(w).host.has_value(); }

 private:
  void take_in_cases();
  void condition_on_cases();
  /// Expected logarithms of the entries at `at`; their slopes unless null.
  void expected(const Eigen::VectorXd& at, Eigen::VectorXd& logs, Eigen::MatrixXd* slopes) const;
  Eigen::VectorXd robust_fit() const;
  Eigen::VectorXd whitened_fit(const Eigen::MatrixXd& covariance, Eigen::VectorXd start) const;
  std::vector<ProcessPoint> process_points() const;
  /// Expected logarithms and slopes at the fit; the residuals if the parameters were at their
  /// prior, linearised.
  Eigen::VectorXd linearise();

  std::vector<Case> cases_;
  Layout layout_;
  std::vector<Place> places_;          ///< Of each case.
  std::vector<ProcessEntry> entries_;  ///< The logarithms that were measured,
  Eigen::VectorXd measured_;           ///< and their values.
  ProcessSpace space_;
  Eigen::VectorXd fit_;
  Hyper hyper_;
  std::vector<ProcessPoint> points_;   ///< Of each case.
  Eigen::MatrixXd slopes_;             ///< A row an entry.
  Eigen::LLT<Eigen::MatrixXd> total_;  ///< Covariance of the entries: physics and process.
  Eigen::VectorXd weights_;            ///< Its inverse times the linearised residuals.
};

}  // namespace joulecast::pre
