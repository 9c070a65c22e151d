#include "pre/problem.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "joulecast/pre/observations.h"

namespace joulecast::pre {
namespace {

struct Row {
  Features features;
  const Observation* observation;
};

// Which features are known; of all rows or of none.
Result<std::array<bool, kFeatureCount>> known_features(std::span<const Row> rows) {
  std::array<bool, kFeatureCount> known{};
  for (std::size_t j = 0; j < kFeatureCount; ++j) {
    known[j] = !std::isnan(rows.front().features[j]);
    for (const Row& row : rows) {
      if (std::isnan(row.features[j]) != known[j]) continue;
      return Error{fmt::format(
          "{}: {} is known of some rows and not of {}; fill it in everywhere "
          "or leave it out everywhere",
          place_of(*row.observation), kFeatureNames[j], known[j] ? "this one" : "the first")};
    }
  }
  return known;
}

Result<std::vector<Row>> read_rows(std::span<const Observation> observations, Target target,
                                   Problem& problem) {
  FeatureReader reader;
  std::vector<Row> rows;
  for (const Observation& observation : observations) {
    const auto value = value_of(observation, target);
    if (!value) continue;
    if (!std::isfinite(*value) || *value <= 0.0) {
      return Error{fmt::format("{}: the {} must be above 0, not {}", place_of(observation),
                               to_string(target), *value)};
    }
    auto features = reader.read(observation.set_up);
    if (!features) {
      return Error{fmt::format("{}: {}", place_of(observation), features.error().message)};
    }
    rows.push_back({*features, &observation});
    problem.y.push_back(*value / published_unit(target));
  }
  if (rows.empty()) {
    return Error{fmt::format("no row has the {}: nothing to fit on", to_string(target))};
  }
  return rows;
}

}  // namespace

double published_unit(Target target) {
  constexpr double kKilo = 1e3;
  const bool energy = target == Target::kEpochEnergy || target == Target::kStableEpochEnergy;
  return energy ? kKilo : 1.0;
}

Result<Problem> make_problem(std::span<const Observation> observations, Target target) {
  Problem problem;
  auto rows = read_rows(observations, target, problem);
  if (!rows) return rows.error();
  const auto known = known_features(*rows);
  if (!known) return known.error();
  problem.known = *known;
  std::map<Features, std::size_t> inputs;
  std::map<std::string, std::size_t> groups;
  for (Row& row : *rows) {
    for (std::size_t j = 0; j < kFeatureCount; ++j) {
      if (!problem.known[j]) row.features[j] = 0.0;
    }
    problem.input_of_row.push_back(inputs.try_emplace(row.features, inputs.size()).first->second);
    const std::string group = configuration_of(row.observation->set_up);
    problem.group_of_row.push_back(groups.try_emplace(group, groups.size()).first->second);
  }
  problem.groups = groups.size();
  problem.inputs.resize(static_cast<Eigen::Index>(inputs.size()), kFeatureCount);
  for (const auto& [features, index] : inputs) {
    problem.inputs.row(static_cast<Eigen::Index>(index)) =
        Eigen::Map<const Eigen::RowVectorXd>(features.data(), kFeatureCount);
  }
  return problem;
}

std::vector<std::size_t> all_rows(const Problem& problem) {
  std::vector<std::size_t> rows(problem.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

Scaler fit_scaler(const Problem& problem, std::span<const std::size_t> rows) {
  const auto n = static_cast<double>(rows.size());
  Scaler scaler{Vector::Zero(kFeatureCount), Vector::Zero(kFeatureCount)};
  const auto input = [&](std::size_t row) {
    return problem.inputs.row(static_cast<Eigen::Index>(problem.input_of_row[row])).transpose();
  };
  for (const std::size_t row : rows) scaler.mean += input(row);
  scaler.mean /= n;
  for (const std::size_t row : rows) scaler.scale += (input(row) - scaler.mean).cwiseAbs2();
  scaler.scale = (scaler.scale / n).cwiseSqrt();
  // What rounding leaves of a feature that does not vary.
  constexpr double kRounding = 1e-12;
  for (Eigen::Index j = 0; j < scaler.scale.size(); ++j) {
    if (scaler.scale[j] <= kRounding * std::abs(scaler.mean[j])) scaler.scale[j] = 1.0;
  }
  return scaler;
}

Matrix scaled(const Scaler& scaler, const Matrix& inputs) {
  return (inputs.rowwise() - scaler.mean.transpose()).array().rowwise() /
         scaler.scale.transpose().array();
}

}  // namespace joulecast::pre
