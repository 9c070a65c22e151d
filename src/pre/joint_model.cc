#include "pre/joint_model.h"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <utility>

#include "pre/least_squares.h"

namespace joulecast::pre {
namespace {

// Of the first fit, before the residual process is known.
constexpr double kTimeSd = 0.05, kPowerSd = 0.04, kSoftL1 = 2.0;
constexpr int kRounds = 2;

constexpr std::array<Output, 2> kOutputs = {Output::kTime, Output::kPower};

std::vector<Workload> workloads_of(const std::vector<Case>& cases) {
  std::vector<Workload> workloads;
  for (const Case& one : cases) workloads.push_back(one.workload);
  return workloads;
}

/// Below the residuals, the prior's: the vector is in its units.
void append_prior(const Eigen::VectorXd& at, Eigen::VectorXd& residuals, Eigen::MatrixXd* slopes) {
  const Eigen::Index n = residuals.size(), parameters = at.size();
  residuals.conservativeResize(n + parameters);
  residuals.tail(parameters) = at;
  if (slopes == nullptr) return;
  slopes->conservativeResize(n + parameters, parameters);
  slopes->bottomRows(parameters).setIdentity();
}

}  // namespace

JointModel::JointModel(std::vector<Case> cases)
    : cases_(std::move(cases)), layout_(workloads_of(cases_)), hyper_(hyper_prior()) {
  take_in_cases();
  fit_ = robust_fit();
  for (int round = 0; round < kRounds; ++round) {
    points_ = process_points();
    const Eigen::VectorXd residuals = linearise();
    hyper_ = fit_hyper(points_, entries_, residuals, slopes_ * slopes_.transpose(), hyper_);
    fit_ = whitened_fit(covariance(hyper_, points_, entries_), fit_);
  }
  condition_on_cases();
}

JointModel::JointModel(std::vector<Case> cases, JointFit known)
    : cases_(std::move(cases)),
      layout_(workloads_of(cases_)),
      fit_(std::move(known.parameters)),
      hyper_(std::move(known.hyper)) {
  take_in_cases();
  condition_on_cases();
}

std::size_t JointModel::parameter_count(const std::vector<Case>& cases) {
  return static_cast<std::size_t>(Layout(workloads_of(cases)).size());
}

void JointModel::take_in_cases() {
  std::vector<double> measured;
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const Case& one = cases_[i];
    places_.push_back(layout_.place(one.workload));
    space_.add(one.workload);
    for (const Output output : kOutputs) {
      const auto& log = output == Output::kTime ? one.log_time : one.log_power;
      if (!log) continue;
      entries_.push_back({.point = i, .output = output});
      measured.push_back(*log);
    }
  }
  measured_ =
      Eigen::Map<Eigen::VectorXd>(measured.data(), static_cast<Eigen::Index>(measured.size()));
}

void JointModel::condition_on_cases() {
  points_ = process_points();
  const Eigen::VectorXd residuals = linearise();
  total_.compute(slopes_ * slopes_.transpose() + covariance(hyper_, points_, entries_));
  weights_ = total_.solve(residuals);
}

void JointModel::expected(const Eigen::VectorXd& at, Eigen::VectorXd& logs,
                          Eigen::MatrixXd* slopes) const {
  const auto n = static_cast<Eigen::Index>(entries_.size());
  logs.resize(n);
  if (slopes != nullptr) slopes->resize(n, layout_.size());
  Eigen::Index row = 0;
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const Case& one = cases_[i];
    if (!one.log_time && !one.log_power) continue;
    const ParameterArray parameters = layout_.parameters(at, places_[i]);
    if (slopes == nullptr) {
      const Outcome at_fit = outcome(one.workload, parameters);
      if (one.log_time) logs[row++] = std::log(at_fit.time_s);
      if (one.log_power) logs[row++] = std::log(at_fit.power_w);
      continue;
    }
    const OutcomeSlopes at_fit = outcome_slopes(one.workload, parameters);
    if (one.log_time) {
      logs[row] = at_fit.log_time;
      slopes->row(row++) = layout_.row(at_fit.time_slopes, places_[i]);
    }
    if (one.log_power) {
      logs[row] = at_fit.log_power;
      slopes->row(row++) = layout_.row(at_fit.power_slopes, places_[i]);
    }
  }
}

Eigen::VectorXd JointModel::robust_fit() const {
  Eigen::VectorXd scale(measured_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const double sd = entries_[i].output == Output::kTime ? kTimeSd : kPowerSd;
    scale[static_cast<Eigen::Index>(i)] = 1.0 / sd;
  }
  const auto residuals = [&](const Eigen::VectorXd& at, Eigen::VectorXd& r,
                             Eigen::MatrixXd* slopes) {
    expected(at, r, slopes);
    r = scale.cwiseProduct(r - measured_);
    if (slopes != nullptr) *slopes = scale.asDiagonal() * *slopes;
    append_prior(at, r, slopes);
  };
  return least_squares(residuals, Eigen::VectorXd::Zero(layout_.size()), {.soft_l1 = kSoftL1});
}

Eigen::VectorXd JointModel::whitened_fit(const Eigen::MatrixXd& covariance,
                                         Eigen::VectorXd start) const {
  const Eigen::LLT<Eigen::MatrixXd> root(covariance);
  const auto residuals = [&](const Eigen::VectorXd& at, Eigen::VectorXd& r,
                             Eigen::MatrixXd* slopes) {
    expected(at, r, slopes);
    r -= measured_;
    root.matrixL().solveInPlace(r);
    if (slopes != nullptr) root.matrixL().solveInPlace(*slopes);
    append_prior(at, r, slopes);
  };
  return least_squares(residuals, std::move(start));
}

std::vector<ProcessPoint> JointModel::process_points() const {
  std::vector<ProcessPoint> points;
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const Workload& workload = cases_[i].workload;
    points.push_back(
        space_.point(workload, outcome(workload, layout_.parameters(fit_, places_[i]))));
  }
  return points;
}

Eigen::VectorXd JointModel::linearise() {
  Eigen::VectorXd logs;
  expected(fit_, logs, &slopes_);
  return measured_ - logs + slopes_ * fit_;
}

Outcome JointModel::physics(const Workload& workload) const {
  return outcome(workload, layout_.parameters(fit_, layout_.place(workload)));
}

Belief JointModel::believe(const Workload& workload) const {
  const Place place = layout_.place(workload);
  const ParameterArray parameters = layout_.parameters(fit_, place);
  const OutcomeSlopes at_fit = outcome_slopes(workload, parameters);
  const ProcessPoint point = space_.point(workload, outcome(workload, parameters));
  const std::array<const ParameterArray*, 2> slopes = {&at_fit.time_slopes, &at_fit.power_slopes};

  Eigen::MatrixXd rows(2, layout_.size());
  for (std::size_t i = 0; i < 2; ++i) {
    rows.row(static_cast<Eigen::Index>(i)) = layout_.row(*slopes[i], place);
  }
  Eigen::MatrixXd shared = rows * slopes_.transpose();
  for (std::size_t j = 0; j < entries_.size(); ++j) {
    const ProcessEntry& entry = entries_[j];
    const Eigen::Index output = entry.output == Output::kTime ? 0 : 1;
    shared(output, static_cast<Eigen::Index>(j)) +=
        covariance(hyper_, point, points_[entry.point], entry.output);
  }

  Belief belief;
  belief.mean =
      Eigen::Vector2d(at_fit.log_time, at_fit.log_power) - rows * fit_ + shared * weights_;
  belief.covariance = rows * rows.transpose() - shared * total_.solve(shared.transpose());
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      belief.covariance(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) +=
          layout_.unseen_covariance(*slopes[i], *slopes[j], place);
    }
    const auto at = static_cast<Eigen::Index>(i);
    belief.covariance(at, at) +=
        covariance(hyper_, point, point, kOutputs[i]) + noise_variance(hyper_, kOutputs[i]);
  }
  return belief;
}

std::vector<LeftOut> JointModel::leave_one_out() const {
  const auto n = static_cast<Eigen::Index>(entries_.size());
  const Eigen::MatrixXd inverse = total_.solve(Eigen::MatrixXd::Identity(n, n));
  std::vector<LeftOut> all;
  for (std::size_t j = 0; j < entries_.size();) {
    // A case's one or two entries stand together.
    const std::size_t count =
        j + 1 < entries_.size() && entries_[j + 1].point == entries_[j].point ? 2 : 1;
    const auto first = static_cast<Eigen::Index>(j);
    const auto size = static_cast<Eigen::Index>(count);
    const Eigen::MatrixXd block = inverse.block(first, first, size, size).inverse();
    const Eigen::VectorXd error = block * weights_.segment(first, size);
    LeftOut one;
    const Eigen::Index at = entries_[j].output == Output::kTime ? 0 : 1;
    one.error.segment(at, size) = error;
    one.covariance.block(at, at, size, size) = block;
    one.time = at == 0;
    one.power = at == 1 || count == 2;
    all.push_back(one);
    j += count;
  }
  return all;
}

}  // namespace joulecast::pre
