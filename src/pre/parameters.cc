#include "pre/parameters.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <set>
#include <utility>

namespace joulecast::pre {
namespace {

struct Prior {
  std::string_view name;
  double median, log_sd;
};

// From data sheets, the literature on operator efficiency, and what the authors of the public
// recordings say; docs/estimator.md has where each comes from.
constexpr std::array<Prior, kGlobalCount> kPriors = {{
    {"dense efficiency", 0.45, 0.5},
    {"Winograd efficiency", 0.45, 0.5},
    {"pointwise efficiency", 0.35, 0.5},
    {"depthwise efficiency", 0.05, 0.8},
    {"product efficiency", 0.7, 0.4},
    {"attention efficiency", 0.5, 0.5},
    {"matrix share", 0.5, 0.4},
    {"product matrix share", 0.9, 0.3},
    {"convolution traffic", 1.0, 0.5},
    {"bandwidth share", 0.75, 0.25},
    {"half wave", 1.5, 0.4},
    {"kernel seconds", 4e-6, 0.5},
    {"dense backward", 1.1, 0.25},
    {"depthwise backward", 1.5, 0.6},
    {"memory backward", 1.0, 0.4},
    {"half active", 2.0, 0.8},
    {"dispatch seconds", 20e-6, 0.4},
    {"step operators", 120.0, 0.6},
    {"backward dispatch", 1.0, 0.4},
    {"epoch seconds", 0.25, 0.8},
    {"augment seconds", 5e-9, 1.0},
    {"copy seconds", 1.2e-9, 1.0},
    {"sample seconds", 1e-6, 1.0},
    {"decode seconds", 2e-8, 1.0},
    {"PyTorch dispatch", 1.0, 0.4},
    {"optimizer bytes", 1.0, 0.3},
    {"frozen share", 1.0, 0.2},
    {"static bandwidth", 0.02, 0.8},
    {"static TDP", 0.2, 0.4},
    {"busy power", 0.12, 0.6},
    {"compute power", 0.5, 0.5},
    {"memory power", 0.5, 0.3},
    {"activity exponent", 0.75, 0.15},
    {"stacked static", 0.45, 0.3},
    {"throttle", 0.4, 0.4},
    {"overlap", 2.0, 0.1},
    {"validation dispatch", 0.7, 0.3},
    {"pipeline on dispatch", 0.15, 0.5},
}};

/// How far GPUs lie from their generation and generations from each other; hosts; and stacks.
struct Spread {
  std::string_view name;
  double sd;
  double generation_sd;  ///< Of GPUs only.
};
constexpr std::array<Spread, kParameterCount - kGlobalCount> kSpreads = {{
    {"GPU efficiency", 0.17, 0.20},
    {"GPU matrix units", 0.15, 0.30},
    {"GPU bandwidth", 0.08, 0.12},
    {"GPU static", 0.12, 0.25},
    {"GPU dynamic", 0.08, 0.30},
    {"host dispatch", 0.8, 0.0},
    {"host pipeline", 0.3, 0.0},
    {"host step", 0.8, 0.0},
    {"stack time", 0.25, 0.0},
    {"stack power", 0.06, 0.0},
}};
// A host that was measured may still be this share as far from what its measurement says.
constexpr double kMeasuredShare = 0.4;

double spread(Thing thing, std::size_t parameter, const Place& place) {
  const Spread& of = kSpreads[parameter - kGlobalCount];
  const bool measured = place.host_measured && thing == Thing::kHost;
  return (thing == Thing::kGeneration ? of.generation_sd : of.sd) *
         (measured ? kMeasuredShare : 1.0);
}

constexpr std::array kThings = {Thing::kGeneration, Thing::kGpu, Thing::kHost, Thing::kStack};

const std::string& name_of(const Workload& workload, Thing thing) {
  switch (thing) {
    case Thing::kGeneration:
      return workload.generation;
    case Thing::kGpu:
      return workload.gpu;
    case Thing::kHost:
      return workload.host;
    case Thing::kStack:
      break;
  }
  return workload.stack;
}

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

}  // namespace

std::string_view parameter_name(std::size_t parameter) {
  if (parameter < kGlobalCount) return kPriors[parameter].name;
  return kSpreads[parameter - kGlobalCount].name;
}

Layout::Layout(const std::vector<Workload>& workloads, Knowledge knowledge)
    : knowledge_(std::move(knowledge)), size_(index(kGlobalCount)) {
  for (const Block& block : knowledge_.blocks) add(block.thing, block.name);
  for (const Thing thing : kThings) {
    std::set<std::string> names;
    for (const Workload& workload : workloads) names.insert(name_of(workload, thing));
    for (const std::string& name : names) add(thing, name);
  }
}

void Layout::add(Thing thing, const std::string& name) {
  if (!columns_.try_emplace({thing, name}, size_).second) return;
  blocks_.push_back({thing, name});
  size_ += index(deviations_of(thing).size);
}

Place Layout::place(const Workload& workload) const {
  Place place;
  for (const Thing thing : kThings) {
    const auto at = columns_.find({thing, name_of(workload, thing)});
    if (at != columns_.end()) place.columns[static_cast<std::size_t>(thing)] = at->second;
  }
  place.host_measured = workload.host_measured;
  return place;
}

Eigen::VectorXd Layout::in_prior_units(const Eigen::VectorXd& fit) const {
  Eigen::VectorXd units = fit;
  const Eigen::Index known = knowledge_.mean.size();
  if (known == 0) return units;
  units.head(known) =
      knowledge_.mean + knowledge_.root.triangularView<Eigen::Lower>() * fit.head(known);
  return units;
}

ParameterArray Layout::parameters(const Eigen::VectorXd& fit, const Place& place) const {
  const Eigen::VectorXd units = in_prior_units(fit);
  ParameterArray logs = ParameterArray::Zero();
  for (std::size_t i = 0; i < kGlobalCount; ++i) {
    logs[index(i)] = std::log(kPriors[i].median) + kPriors[i].log_sd * units[index(i)];
  }
  for (const Thing thing : kThings) {
    if (!place.of(thing)) continue;
    const auto [first, count] = deviations_of(thing);
    for (std::size_t i = 0; i < count; ++i) {
      logs[index(first + i)] +=
          spread(thing, first + i, place) * units[*place.of(thing) + index(i)];
    }
  }
  return logs;
}

Eigen::RowVectorXd Layout::row(const ParameterArray& slopes, const Place& place) const {
  Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(size());
  for (std::size_t i = 0; i < kGlobalCount; ++i) {
    row[index(i)] = kPriors[i].log_sd * slopes[index(i)];
  }
  for (const Thing thing : kThings) {
    if (!place.of(thing)) continue;
    const auto [first, count] = deviations_of(thing);
    for (std::size_t i = 0; i < count; ++i) {
      row[*place.of(thing) + index(i)] = spread(thing, first + i, place) * slopes[index(first + i)];
    }
  }
  const Eigen::Index known = knowledge_.mean.size();
  if (known > 0) {
    row.head(known) = (row.head(known) * knowledge_.root.triangularView<Eigen::Lower>()).eval();
  }
  return row;
}

double Layout::unseen_covariance(const ParameterArray& a, const ParameterArray& b,
                                 const Place& place, Thing thing) const {
  if (place.of(thing)) return 0.0;
  double covariance = 0.0;
  const auto [first, count] = deviations_of(thing);
  for (std::size_t i = first; i < first + count; ++i) {
    const double sd = spread(thing, i, place);
    covariance += sd * sd * a[index(i)] * b[index(i)];
  }
  return covariance;
}

Knowledge Layout::learned(const Eigen::VectorXd& fit, const Eigen::MatrixXd& covariance) const {
  Knowledge learned;
  std::vector<Eigen::Index> kept;
  for (std::size_t i = 0; i < kGlobalCount; ++i) kept.push_back(index(i));
  for (const Block& block : blocks_) {
    if (block.thing == Thing::kHost || block.thing == Thing::kStack) continue;
    learned.blocks.push_back(block);
    const Eigen::Index first = columns_.at(block);
    const auto count = index(deviations_of(block.thing).size);
    for (Eigen::Index i = 0; i < count; ++i) kept.push_back(first + i);
  }
  // Out of this layout's units into the priors'.
  Eigen::MatrixXd out = Eigen::MatrixXd::Identity(size(), size());
  const Eigen::Index known = knowledge_.mean.size();
  if (known > 0) out.topLeftCorner(known, known) = knowledge_.root.triangularView<Eigen::Lower>();
  learned.mean = in_prior_units(fit)(kept);
  const Eigen::MatrixXd whole = out * covariance * out.transpose();
  learned.root = Eigen::LLT<Eigen::MatrixXd>(whole(kept, kept)).matrixL();
  return learned;
}

}  // namespace joulecast::pre
