#include "pre/joint_model.h"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <map>
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

JointModel::JointModel(std::vector<Case> cases, Base base)
    : cases_(std::move(cases)),
      layout_(workloads_of(cases_), std::move(base.knowledge)),
      hyper_(base.hyper.value_or(hyper_prior())) {
  take_in_cases();
  fit_ = Eigen::VectorXd::Zero(layout_.size());
  if (entries_.empty()) return;
  fit_ = robust_fit();
  for (int round = 0; round < kRounds; ++round) {
    points_ = process_points();
    const Eigen::VectorXd residuals = linearise();
    if (!base.hyper) {
      hyper_ = fit_hyper(points_, entries_, residuals, slopes_ * slopes_.transpose(), hyper_);
    }
    fit_ = whitened_fit(covariance(hyper_, points_, entries_), fit_);
  }
  condition_on_cases();
}

JointModel::JointModel(std::vector<Case> cases, Base base, JointFit known)
    : cases_(std::move(cases)),
      layout_(workloads_of(cases_), std::move(base.knowledge)),
      fit_(std::move(known.parameters)),
      hyper_(std::move(known.hyper)) {
  take_in_cases();
  if (!entries_.empty()) condition_on_cases();
}

std::size_t JointModel::parameter_count(const std::vector<Case>& cases, const Base& base) {
  return static_cast<std::size_t>(Layout(workloads_of(cases), base.knowledge).size());
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
  const Eigen::LLT<Eigen::MatrixXd> total(slopes_ * slopes_.transpose() +
                                          covariance(hyper_, points_, entries_));
  weights_ = total.solve(residuals);
  inverse_ = total.solve(Eigen::MatrixXd::Identity(residuals.size(), residuals.size()));
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
    r = root.matrixL().solve(r).eval();
    if (slopes != nullptr) *slopes = root.matrixL().solve(*slopes).eval();
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
  Belief belief;
  belief.mean = Eigen::Vector2d(at_fit.log_time, at_fit.log_power);
  belief.parts.fill(Eigen::Matrix2d::Zero());
  Eigen::Matrix2d& parameters_part = belief.parts[static_cast<std::size_t>(Part::kParameters)];
  parameters_part = rows * rows.transpose();
  for (std::size_t thing = 0; thing < kThingNames.size(); ++thing) {
    // The four things stand in the order of their parts.
    Eigen::Matrix2d& part = belief.parts[static_cast<std::size_t>(Part::kGeneration) + thing];
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 2; ++j) {
        part(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
            layout_.unseen_covariance(*slopes[i], *slopes[j], place, static_cast<Thing>(thing));
      }
    }
  }
  Eigen::Matrix2d& network_part = belief.parts[static_cast<std::size_t>(Part::kNetwork)];
  Eigen::Matrix2d& run_part = belief.parts[static_cast<std::size_t>(Part::kRun)];
  for (Eigen::Index i = 0; i < 2; ++i) {
    const Output output = kOutputs[static_cast<std::size_t>(i)];
    network_part(i, i) = covariance(hyper_, point, point, output);
    run_part(i, i) = noise_variance(hyper_, output);
  }
  if (!entries_.empty()) {
    Eigen::MatrixXd process = Eigen::MatrixXd::Zero(2, slopes_.rows());
    for (std::size_t j = 0; j < entries_.size(); ++j) {
      const ProcessEntry& entry = entries_[j];
      process(entry.output == Output::kTime ? 0 : 1, static_cast<Eigen::Index>(j)) =
          covariance(hyper_, point, points_[entry.point], entry.output);
    }
    const Eigen::MatrixXd physics = rows * slopes_.transpose(), shared = physics + process;
    belief.mean += shared * weights_ - rows * fit_;
    // What the cases say is taken off both, and what they say of the two together in equal halves.
    const Eigen::MatrixXd of_both = inverse_ * shared.transpose();
    const Eigen::Matrix2d off_network = process * of_both;
    network_part -= 0.5 * (off_network + off_network.transpose());
    const Eigen::Matrix2d off_parameters = physics * of_both;
    parameters_part -= 0.5 * (off_parameters + off_parameters.transpose());
  }
  for (const Eigen::Matrix2d& part : belief.parts) belief.covariance += part;
  return belief;
}

std::string JointModel::group_of(std::size_t of_case, Novelty by) const {
  const Workload& workload = cases_[of_case].workload;
  switch (by) {
    case Novelty::kConfiguration:
      return std::to_string(of_case);
    case Novelty::kNetwork:
      return workload.network;
    case Novelty::kGpu:
      return workload.gpu;
    case Novelty::kGeneration:
      return workload.generation;
    case Novelty::kHost:
      return workload.host;
    case Novelty::kStack:
      break;
  }
  return workload.stack;
}

std::vector<LeftOut> JointModel::leave_out(Novelty by) const {
  if (entries_.empty()) return {};
  const Eigen::MatrixXd& inverse = inverse_;
  std::map<std::string, std::vector<Eigen::Index>> groups;
  for (std::size_t j = 0; j < entries_.size(); ++j) {
    groups[group_of(entries_[j].point, by)].push_back(static_cast<Eigen::Index>(j));
  }
  // With nothing left to say anything, nothing is learned of it.
  if (groups.size() < 2) return {};
  std::vector<LeftOut> all;
  std::size_t group = 0;
  for (const auto& [name, of_group] : groups) {
    const Eigen::MatrixXd block = inverse(of_group, of_group).inverse();
    const Eigen::VectorXd error = block * weights_(of_group);
    for (std::size_t j = 0; j < of_group.size(); ++j) {
      const ProcessEntry& entry = entries_[static_cast<std::size_t>(of_group[j])];
      const auto at = static_cast<Eigen::Index>(j);
      // A case's one or two entries stand together.
      const bool second =
          j > 0 && entries_[static_cast<std::size_t>(of_group[j - 1])].point == entry.point;
      if (!second) all.push_back({.group = group});
      LeftOut& one = all.back();
      const Eigen::Index output = entry.output == Output::kTime ? 0 : 1;
      one.error[output] = error[at];
      one.covariance(output, output) = block(at, at);
      if (second) one.covariance(0, 1) = one.covariance(1, 0) = block(at, at - 1);
      (output == 0 ? one.time : one.power) = true;
    }
    ++group;
  }
  return all;
}

Base JointModel::learned() const {
  const Eigen::Index parameters = layout_.size();
  Eigen::MatrixXd precision = Eigen::MatrixXd::Identity(parameters, parameters);
  if (!entries_.empty()) {
    const Eigen::LLT<Eigen::MatrixXd> noise(covariance(hyper_, points_, entries_));
    precision += slopes_.transpose() * noise.solve(slopes_);
  }
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(parameters, parameters);
  const Eigen::MatrixXd posterior = Eigen::LLT<Eigen::MatrixXd>(precision).solve(identity);
  return {.knowledge = layout_.learned(fit_, posterior), .hyper = hyper_};
}

bool JointModel::is_new(const Workload& workload, Novelty what) const {
  const Place place = layout_.place(workload);
  switch (what) {
    case Novelty::kConfiguration:
      return true;
    case Novelty::kNetwork:
      return !space_.knows_network(workload);
    case Novelty::kGpu:
      return !place.of(Thing::kGpu);
    case Novelty::kGeneration:
      return !place.of(Thing::kGeneration);
    case Novelty::kHost:
      return !place.of(Thing::kHost);
    case Novelty::kStack:
      break;
  }
  return !place.of(Thing::kStack);
}

}  // namespace joulecast::pre
