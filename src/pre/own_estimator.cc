#include "pre/own_estimator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "joulecast/pre/observations.h"
#include "pre/intervals.h"
#include "pre/joint_model.h"
#include "pre/observation_json.h"
#include "pre/repeats.h"
#include "pre/stable_ratio.h"

namespace joulecast::pre {
namespace {

constexpr std::string_view kName = "joulecast";

Status check(const SetUp& set_up) {
  if (set_up.batch_size < 1) return Error{"batch size: must be at least 1"};
  const double step = static_cast<double>(set_up.batch_size) * std::max(set_up.gpus, 1);
  if (!(set_up.train_size >= step)) {
    return Error{
        fmt::format("training size {}: less than one step of {} samples; give the number "
                    "of samples of an epoch",
                    set_up.train_size, step)};
  }
  return {};
}

Result<Workload> workload_of(const Catalogues& catalogues, const SetUp& set_up,
                             bool memory_counted) {
  if (const Status good = check(set_up); !good) return good.error();
  const auto network = catalogues.network(set_up);
  if (!network) return network.error();
  const auto gpu = catalogues.gpu(set_up);
  if (!gpu) return gpu.error();
  if (set_up.frozen_layers_share <= 0.0) {
    return make_workload(set_up, **network, *gpu, memory_counted);
  }
  network::Network partly_frozen = **network;
  network::freeze(partly_frozen, set_up.frozen_layers_share);
  return make_workload(set_up, partly_frozen, *gpu, memory_counted);
}

/// The runs of one configuration.
struct Runs {
  const Observation* first = nullptr;
  std::vector<double> time_s, power_w;
};

/// In the order in which configurations first come.
std::vector<Runs> group(std::span<const Observation> observations) {
  std::vector<Runs> groups;
  std::map<std::string, std::size_t> known;
  for (const Observation& observation : observations) {
    const auto time_s = value_of(observation, Target::kTime);
    const auto power_w = value_of(observation, Target::kPower);
    const bool timed = time_s && *time_s > 0.0, metered = power_w && *power_w > 0.0;
    if (!timed && !metered) continue;
    const auto [at, added] = known.try_emplace(repeat_key(observation.set_up), groups.size());
    if (added) groups.push_back({.first = &observation, .time_s = {}, .power_w = {}});
    Runs& runs = groups[at->second];
    if (timed) runs.time_s.push_back(*time_s);
    if (metered) runs.power_w.push_back(*power_w);
  }
  return groups;
}

std::optional<double> log_median(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(std::log(median_of(values)));
}

Result<std::vector<Case>> cases_of(const Catalogues& catalogues,
                                   std::span<const Observation> observations) {
  std::vector<Case> cases;
  for (const Runs& runs : group(observations)) {
    const Observation& first = *runs.first;
    auto workload = workload_of(catalogues, first.set_up, counts_memory(first.meter));
    if (!workload) {
      return Error{fmt::format("{}: {}", place_of(first), workload.error().message)};
    }
    cases.push_back({.workload = std::move(*workload),
                     .log_time = log_median(runs.time_s),
                     .log_power = log_median(runs.power_w)});
  }
  if (cases.empty()) {
    return Error{"nothing to fit on: no observation has watts or seconds above 0"};
  }
  return cases;
}

/// Answers count the host's memory where most of the recordings did.
bool most_count_memory(std::span<const Observation> observations) {
  const auto counting = std::count_if(observations.begin(), observations.end(),
                                      [](const Observation& o) { return counts_memory(o.meter); });
  return 2 * static_cast<std::size_t>(counting) > observations.size();
}

/// exp(log +- width).
Answer spread(double log, double width) {
  return {.value = std::exp(log), .low = std::exp(log - width), .high = std::exp(log + width)};
}

class OwnFit : public SavedFit {
 public:
  OwnFit(Catalogues catalogues, std::span<const Observation> observations, JointModel model)
      : catalogues_(std::move(catalogues)),
        observations_(observations.begin(), observations.end()),
        memory_counted_(most_count_memory(observations)),
        repeats_(observations),
        stable_ratio_(observations),
        model_(std::move(model)),
        widths_(conformal_widths(model_.leave_one_out())) {}

  std::string_view method() const override { return kName; }
  std::vector<Target> targets() const override;
  /// All but what only groups rows or is not modelled yet.
  bool heeds(std::string_view setting) const override {
    return setting != "workers" && setting != "host_memory";
  }
  Result<std::vector<OutOfRange>> out_of_range(const SetUp& set_up) const override;
  Json content() const override;

  Result<Answer> answer(const SetUp& set_up, Target target) const override {
    if (const auto known = repeats_.answer(set_up, target)) return *known;
    if (target == Target::kStableEpochEnergy) return stable_epoch_energy(set_up);
    const auto workload = workload_of(catalogues_, set_up, memory_counted_);
    if (!workload) return workload.error();
    const Belief belief = model_.believe(*workload);
    const LeastWidths least =
        model_.knows_generation(*workload) ? LeastWidths() : unseen_generation_widths();
    const auto within = [](double log, double width, double variance, double least_width) {
      return spread(log, std::max(width * std::sqrt(variance), least_width));
    };
    if (target == Target::kPower) {
      return within(belief.mean[1], widths_.power, belief.covariance(1, 1), least.power);
    }
    if (target == Target::kTime) {
      return within(belief.mean[0], widths_.time, belief.covariance(0, 0), least.time);
    }
    return within(belief.mean.sum(), widths_.energy, belief.covariance.sum(), least.energy);
  }

 private:
  Result<Answer> stable_epoch_energy(const SetUp& set_up) const {
    const auto ratio = stable_ratio_.of(set_up);
    if (!ratio) {
      return Error{
          "energy of stable epochs: no recording that was fitted on has it beside the "
          "mean epoch's"};
    }
    auto answer_of_mean = answer(set_up, Target::kEpochEnergy);
    if (!answer_of_mean) return answer_of_mean;
    answer_of_mean->value *= *ratio;
    *answer_of_mean->low *= *ratio;
    *answer_of_mean->high *= *ratio;
    return answer_of_mean;
  }

  Catalogues catalogues_;
  std::vector<Observation> observations_;
  bool memory_counted_;
  Repeats repeats_;
  StableRatio stable_ratio_;
  JointModel model_;
  Widths widths_;
};

std::vector<Target> OwnFit::targets() const {
  std::vector<Target> targets = {Target::kPower, Target::kEpochEnergy, Target::kTime};
  const bool stable = std::any_of(
      observations_.begin(), observations_.end(),
      [](const Observation& one) { return one.stable_epoch_energy && one.epoch_energy; });
  if (stable) targets.push_back(Target::kStableEpochEnergy);
  return targets;
}

/// What a set-up is asked about beyond its names.
struct Extent {
  const char* feature;
  double (*of)(const SetUp& set_up);
};
constexpr std::array kExtents = {
    Extent{"batch size", [](const SetUp& s) { return static_cast<double>(s.batch_size); }},
    Extent{"image height", [](const SetUp& s) { return static_cast<double>(s.image_height); }},
    Extent{"sequence length",
           [](const SetUp& s) { return static_cast<double>(s.sequence_length); }},
    Extent{"GPUs", [](const SetUp& s) { return static_cast<double>(s.gpus); }},
};

Result<std::vector<OutOfRange>> OwnFit::out_of_range(const SetUp& set_up) const {
  std::vector<OutOfRange> outside;
  for (const Extent& extent : kExtents) {
    const double value = extent.of(set_up);
    double low = std::numeric_limits<double>::infinity(), high = 0.0;
    for (const Observation& one : observations_) {
      low = std::min(low, extent.of(one.set_up));
      high = std::max(high, extent.of(one.set_up));
    }
    if (value >= low && value <= high) continue;
    outside.push_back({.feature = extent.feature, .value = value, .low = low, .high = high});
  }
  return outside;
}

std::vector<double> numbers(const Eigen::VectorXd& vector) {
  return {vector.data(), vector.data() + vector.size()};
}

Json OwnFit::content() const {
  Json observations = Json::array();
  for (const Observation& one : observations_) observations.push_back(observation_json(one));
  const JointFit found = model_.fit();
  return {{"observations", std::move(observations)},
          {"parameters", numbers(found.parameters)},
          {"hyper", numbers(found.hyper)}};
}

class OwnEstimator : public Estimator {
 public:
  explicit OwnEstimator(Catalogues catalogues) : catalogues_(std::move(catalogues)) {}

  std::string_view name() const override { return kName; }

  Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                               Target /*target*/) const override {
    auto cases = cases_of(catalogues_, observations);
    if (!cases) return cases.error();
    return std::unique_ptr<FittedEstimator>(
        std::make_unique<OwnFit>(catalogues_, observations, JointModel(std::move(*cases))));
  }

 private:
  Catalogues catalogues_;
};

}  // namespace

Result<std::unique_ptr<SavedFit>> read_own(const Json& content,
                                           std::span<const Target> /*targets*/) {
  constexpr std::size_t kMostObservations = 100'000;
  std::string problem;
  JsonFields fields(&content, problem);
  std::vector<Observation> observations;
  for (const Json* json : fields.objects("observations", 1, kMostObservations)) {
    JsonFields one(json, fields);
    observations.push_back(read_observation(one));
    if (!problem.empty()) return Error{problem};
  }
  if (!problem.empty()) return Error{problem};
  Catalogues catalogues;
  auto cases = cases_of(catalogues, observations);
  if (!cases) return cases.error();
  const auto parameters = fields.numbers("parameters", JointModel::parameter_count(*cases));
  const auto hyper = fields.numbers("hyper", kHyperCount);
  if (!problem.empty()) return Error{problem};
  JointFit found;
  found.parameters = Eigen::Map<const Eigen::VectorXd>(
      parameters.data(), static_cast<Eigen::Index>(parameters.size()));
  found.hyper = Eigen::Map<const Hyper>(hyper.data());
  return std::unique_ptr<SavedFit>(std::make_unique<OwnFit>(
      std::move(catalogues), observations, JointModel(std::move(*cases), std::move(found))));
}

std::unique_ptr<Estimator> make_own_estimator(Catalogues catalogues) {
  return std::make_unique<OwnEstimator>(std::move(catalogues));
}

}  // namespace joulecast::pre
