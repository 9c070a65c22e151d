#include "pre/own_estimator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pre/intervals.h"
#include "pre/joint_model.h"
#include "pre/repeats.h"
#include "pre/stable_ratio.h"

namespace joulecast::pre {
namespace {

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
      return Error{
          fmt::format("{}: row {}: {}", first.source, first.row, workload.error().message)};
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

class OwnFit : public FittedEstimator {
 public:
  OwnFit(Catalogues catalogues, std::span<const Observation> observations, std::vector<Case> cases)
      : catalogues_(std::move(catalogues)),
        memory_counted_(most_count_memory(observations)),
        repeats_(observations),
        stable_ratio_(observations),
        model_(std::move(cases)),
        widths_(conformal_widths(model_.leave_one_out())) {}

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
  bool memory_counted_;
  Repeats repeats_;
  StableRatio stable_ratio_;
  JointModel model_;
  Widths widths_;
};

class OwnEstimator : public Estimator {
 public:
  explicit OwnEstimator(Catalogues catalogues) : catalogues_(std::move(catalogues)) {}

  std::string_view name() const override { return "joulecast"; }

  Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                               Target /*target*/) const override {
    auto cases = cases_of(catalogues_, observations);
    if (!cases) return cases.error();
    return std::unique_ptr<FittedEstimator>(
        std::make_unique<OwnFit>(catalogues_, observations, std::move(*cases)));
  }

 private:
  Catalogues catalogues_;
};

}  // namespace

std::unique_ptr<Estimator> make_own_estimator(Catalogues catalogues) {
  return std::make_unique<OwnEstimator>(std::move(catalogues));
}

}  // namespace joulecast::pre
