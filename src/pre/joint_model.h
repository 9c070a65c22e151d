// Physics and residual process fitted together: what is believed of time and power of a
// configuration, and how sure.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <array>
#include <optional>
#include <string>
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

/// What a belief's uncertainty comes from.
enum class Part {
  kParameters,  ///< Of the physics, and of the things that were seen.
  kGeneration,  ///< Never seen; and so the next three.
  kGpu,
  kHost,
  kStack,
  kNetwork,  ///< What the physics leaves over: how this network at this size differs.
  kRun,      ///< Of one run against the next.
};
inline constexpr std::size_t kPartCount = 7;

/// A normal distribution of (log time, log power) of a run.
struct Belief {
  Eigen::Vector2d mean = Eigen::Vector2d::Zero();
  Eigen::Matrix2d covariance = Eigen::Matrix2d::Zero();
  /// What it is the sum of.
  std::array<Eigen::Matrix2d, kPartCount> parts = {};
};

/// What a fit starts from: what earlier trainings said, and how they scattered around it.
struct Base {
  Knowledge knowledge;
  std::optional<Hyper> hyper;  ///< Kept as it is; absent: found from the cases.
};

/// What cases are left out of a fit together by.
enum class Novelty { kConfiguration, kNetwork, kGpu, kGeneration, kHost, kStack };
inline constexpr std::size_t kNoveltyCount = 6;

/// What a case turned out to be against what the others say of it.
struct LeftOut {
  std::size_t group = 0;                            ///< Left out with it.
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
  /// Without a case or a base it is the prior.
  explicit JointModel(std::vector<Case> cases, Base base = {});
  /// Of the same cases and base as the fit, whose size must be parameter_count() of them.
  JointModel(std::vector<Case> cases, Base base, JointFit known);

  JointFit fit() const { return {.parameters = fit_, .hyper = hyper_}; }
  static std::size_t parameter_count(const std::vector<Case>& cases, const Base& base);

  /// A workload whose time is known: of its watts given that time, and of the time itself.
  Belief believe(const Workload& workload) const;
  /// Cases left out of the last step of the fit, its parameters' linearisation kept: one by one, or
  /// all at once that share a network, a GPU, ...
  std::vector<LeftOut> leave_out(Novelty by) const;
  /// The base of fits on other cases: all that these say, without themselves.
  Base learned() const;

  bool is_new(const Workload& workload, Novelty what) const;

 private:
  std::string group_of(std::size_t of_case, Novelty by) const;
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
  std::vector<ProcessPoint> points_;  ///< Of each case.
  Eigen::MatrixXd slopes_;            ///< A row an entry.
  Eigen::MatrixXd inverse_;           ///< Of the entries' covariance, by physics and process.
  Eigen::VectorXd weights_;           ///< Its inverse times the linearised residuals.
};

}  // namespace joulecast::pre
