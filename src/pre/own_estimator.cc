#include "pre/own_estimator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include "joulecast/pre/observations.h"
#include "pre/choose_cases.h"
#include "pre/intervals.h"
#include "pre/joint_model.h"
#include "pre/learned.h"
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
    const auto [at, added] = known.try_emplace(
        repeat_key(observation.set_up) + "|" + observation.set_up.stack, groups.size());
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

std::optional<double> of_each_gpu(std::optional<double> log_power, const SetUp& set_up) {
  if (log_power) *log_power -= std::log(std::max(set_up.gpus, 1));
  return log_power;
}

/// Some GPUs have no units for a precision, and what they do instead is not known here.
Status check_precision(const SetUp& set_up, const hardware::Gpu& gpu) {
  using network::Precision;
  const bool lacks = (set_up.precision == Precision::kTf32 && !gpu.tf32_tflops) ||
                     (set_up.precision == Precision::kBf16 && !gpu.bf16_tflops) ||
                     (set_up.precision == Precision::kFp8 && !gpu.fp8_tflops);
  if (!lacks || gpu.architecture == "CPU") return {};
  return Error{fmt::format("{} has no units for {}: choose another --precision", gpu.name,
                           network::to_string(set_up.precision))};
}

/// No mean lies above the limit, and what meters say little above it.
void keep_below_limit(Answer& power, double limit_w) {
  constexpr double kMostOfLimit = 1.1;
  if (power.value > limit_w) power.low = std::min(*power.low, limit_w * limit_w / power.value);
  power.value = std::min(power.value, limit_w);
  power.high = std::min(*power.high, kMostOfLimit * limit_w);
}

/// How many configurations a fit takes in: its time grows with their cube.
constexpr std::size_t kMostCases = 320;

Result<std::vector<Case>> cases_of(const Catalogues& catalogues,
                                   std::span<const Observation> observations) {
  const std::vector<Runs> all = group(observations);
  std::vector<CaseKey> keys;
  for (const Runs& runs : all) {
    const SetUp& set_up = runs.first->set_up;
    keys.push_back({set_up.stack, set_up.gpu + "|" + set_up.network});
  }
  std::vector<Case> cases;
  for (const std::size_t i : choose_cases(keys, kMostCases)) {
    const Runs& runs = all[i];
    const Observation& first = *runs.first;
    auto workload = workload_of(catalogues, first.set_up, counts_memory(first.meter));
    if (!workload) {
      return Error{fmt::format("{}: {}", place_of(first), workload.error().message)};
    }
    cases.push_back({.workload = std::move(*workload),
                     .log_time = log_median(runs.time_s),
                     .log_power = of_each_gpu(log_median(runs.power_w), first.set_up)});
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

constexpr std::array<std::string_view, kPartCount> kPartNames = {"parameters",
                                                                 "generation never seen",
                                                                 "GPU never seen",
                                                                 "host never seen",
                                                                 "software never seen",
                                                                 "network",
                                                                 "run"};

/// What a fit rests on: earlier knowledge, its own observations, or both.
struct Material {
  std::optional<Learned> earlier;
  std::vector<Observation> observations;
};

/// All but probes, whose half a minute is no training's own history.
std::vector<Observation> whole_trainings(std::span<const Observation> observations) {
  std::vector<Observation> whole;
  std::copy_if(observations.begin(), observations.end(), std::back_inserter(whole),
               [](const Observation& one) { return one.source != "probe"; });
  return whole;
}

class OwnFit : public SavedFit {
 public:
  OwnFit(Catalogues catalogues, Material material, JointModel model)
      : catalogues_(std::move(catalogues)),
        material_(std::move(material)),
        repeats_(whole_trainings(material_.observations)),
        model_(std::move(model)),
        learned_(learn()) {}

  std::string_view method() const override { return kName; }
  std::vector<Target> targets() const override;
  /// All but what only groups rows or is not modelled yet.
  bool heeds(std::string_view setting) const override {
    return setting != "workers" && setting != "host_memory";
  }
  Result<std::vector<OutOfRange>> out_of_range(const SetUp& set_up) const override {
    return outside(learned_.extents, set_up);
  }
  Json content() const override;
  Result<Answer> answer(const SetUp& set_up, Target target) const override;
  Result<std::unique_ptr<SavedFit>> refined(
      std::span<const Observation> observations) const override;
  Result<std::unique_ptr<SavedFit>> without_rows() const override;

 private:
  Learned learn() const;
  Result<Answer> modelled(const SetUp& set_up, Target target) const;
  Result<Answer> stable_epoch_energy(const SetUp& set_up) const;

  Catalogues catalogues_;
  Material material_;
  Repeats repeats_;
  JointModel model_;
  /// All but its base, which is made when it is asked for.
  Learned learned_;
};

Learned OwnFit::learn() const {
  const StableRatio stable(material_.observations);
  Learned learned = {.base = {},
                     .widths = {},
                     .extents = extents_of(material_.observations),
                     .memory_counted = most_count_memory(material_.observations),
                     .stable_phased = stable.phased(),
                     .stable_plain = stable.plain()};
  if (!material_.earlier) {
    learned.widths = conformal_widths(model_);
    return learned;
  }
  // Few trainings more do not say how wide intervals must be, nor what a meter counts.
  const Learned& earlier = *material_.earlier;
  learned.widths = earlier.widths;
  learned.memory_counted = earlier.memory_counted;
  learned.extents = joined(earlier.extents, learned.extents);
  if (!learned.stable_phased) learned.stable_phased = earlier.stable_phased;
  if (!learned.stable_plain) learned.stable_plain = earlier.stable_plain;
  return learned;
}

Result<Answer> OwnFit::answer(const SetUp& set_up, Target target) const {
  if (!set_up.epoch_time) {
    if (const auto known = repeats_.answer(set_up, target)) return *known;
  }
  if (target == Target::kStableEpochEnergy) return stable_epoch_energy(set_up);
  return modelled(set_up, target);
}

Result<Answer> OwnFit::modelled(const SetUp& set_up, Target target) const {
  const auto workload = workload_of(catalogues_, set_up, learned_.memory_counted);
  if (!workload) return workload.error();
  const auto gpu = catalogues_.gpu(set_up);
  if (const Status runs = check_precision(set_up, *gpu); !runs) return runs.error();
  const double gpus = std::max(set_up.gpus, 1);
  const Belief belief = model_.believe(*workload);
  const Widths widths = widths_for(learned_.widths, model_, *workload);
  const bool known = !model_.is_new(*workload, Novelty::kGeneration);
  const LeastWidths least = known ? LeastWidths() : unseen_generation_widths(*workload);
  // Of log energy = log time + log power, each weighs 1 or 0.
  const bool timed = set_up.epoch_time.has_value();
  const Eigen::Vector2d weights(target == Target::kPower || timed ? 0.0 : 1.0,
                                target == Target::kTime ? 0.0 : 1.0);
  if (timed && target == Target::kTime) {
    const double time_s = set_up.epoch_time->value();
    return Answer{.value = time_s, .low = time_s, .high = time_s};
  }
  const double log_time = timed ? std::log(set_up.epoch_time->value()) : belief.mean[0];
  const double log = (target == Target::kPower ? 0.0 : log_time) +
                     (target == Target::kTime ? 0.0 : belief.mean[1] + std::log(gpus));
  const bool only_power = target == Target::kPower || timed;
  const double width = target == Target::kTime ? widths.time
                       : only_power            ? widths.power
                                               : widths.energy;
  const double least_width = target == Target::kTime ? least.time
                             : only_power            ? least.power
                                                     : least.energy;
  const auto variance = [&weights](const Eigen::Matrix2d& of) {
    return std::max(weights.dot(of * weights), 0.0);
  };
  Answer answer =
      spread(log, std::max(width * std::sqrt(variance(belief.covariance)), least_width));
  if (target == Target::kPower) keep_below_limit(answer, gpus * workload->power_limit_w);
  if (!(answer.value > 0.0) || !std::isfinite(*answer.high)) {
    return Error{"the estimator has no finite answer to this set-up; fit it again"};
  }
  for (std::size_t part = 0; part < kPartCount; ++part) {
    const double sd = std::sqrt(variance(belief.parts[part]));
    if (sd > 0.0) answer.parts.push_back({.name = kPartNames[part], .log_sd = sd});
  }
  return answer;
}

Result<Answer> OwnFit::stable_epoch_energy(const SetUp& set_up) const {
  const auto ratio = StableRatio(learned_.stable_phased, learned_.stable_plain).of(set_up);
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

std::vector<Target> OwnFit::targets() const {
  std::vector<Target> targets = {Target::kPower, Target::kEpochEnergy, Target::kTime};
  if (learned_.stable_phased || learned_.stable_plain) {
    targets.push_back(Target::kStableEpochEnergy);
  }
  return targets;
}

std::vector<double> numbers(const Eigen::VectorXd& vector) {
  return {vector.data(), vector.data() + vector.size()};
}

Json OwnFit::content() const {
  Json observations = Json::array();
  for (const Observation& one : material_.observations) {
    observations.push_back(observation_json(one));
  }
  const JointFit found = model_.fit();
  Json content = {{"observations", std::move(observations)},
                  {"parameters", numbers(found.parameters)},
                  {"hyper", numbers(found.hyper)}};
  if (material_.earlier) content["earlier"] = learned_json(*material_.earlier);
  return content;
}

Base base_of(const Material& material) {
  return material.earlier ? material.earlier->base : Base();
}

Result<std::unique_ptr<SavedFit>> fitted(const Catalogues& catalogues, Material material) {
  auto cases = cases_of(catalogues, material.observations);
  if (!cases) return cases.error();
  JointModel model(std::move(*cases), base_of(material));
  return std::unique_ptr<SavedFit>(
      std::make_unique<OwnFit>(catalogues, std::move(material), std::move(model)));
}

Result<std::unique_ptr<SavedFit>> OwnFit::refined(std::span<const Observation> observations) const {
  Material material = material_;
  material.observations.insert(material.observations.end(), observations.begin(),
                               observations.end());
  return fitted(catalogues_, std::move(material));
}

Result<std::unique_ptr<SavedFit>> OwnFit::without_rows() const {
  Material material = {.earlier = learned_, .observations = {}};
  material.earlier->base = model_.learned();
  JointModel model({}, material.earlier->base);
  return std::unique_ptr<SavedFit>(
      std::make_unique<OwnFit>(catalogues_, std::move(material), std::move(model)));
}

class OwnEstimator : public Estimator {
 public:
  explicit OwnEstimator(Catalogues catalogues) : catalogues_(std::move(catalogues)) {}

  std::string_view name() const override { return kName; }

  Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                               Target /*target*/) const override {
    auto fit = fitted(catalogues_, {.earlier = std::nullopt,
                                    .observations = {observations.begin(), observations.end()}});
    if (!fit) return fit.error();
    return std::unique_ptr<FittedEstimator>(std::move(*fit));
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
  Material material;
  const bool earlier = content.is_object() && content.contains("earlier");
  if (earlier) material.earlier = read_learned(fields.object("earlier"));
  for (const Json* json : fields.objects("observations", earlier ? 0 : 1, kMostObservations)) {
    JsonFields one(json, fields);
    material.observations.push_back(read_observation(one));
    if (!problem.empty()) return Error{problem};
  }
  if (!problem.empty()) return Error{problem};
  const Catalogues catalogues;
  std::vector<Case> cases;
  if (!material.observations.empty()) {
    auto of_observations = cases_of(catalogues, material.observations);
    if (!of_observations) return of_observations.error();
    cases = std::move(*of_observations);
  }
  const Base base = base_of(material);
  const auto parameters = fields.numbers("parameters", JointModel::parameter_count(cases, base));
  const auto hyper = fields.numbers("hyper", kHyperCount);
  if (!problem.empty()) return Error{problem};
  JointFit found;
  found.parameters = Eigen::Map<const Eigen::VectorXd>(
      parameters.data(), static_cast<Eigen::Index>(parameters.size()));
  found.hyper = Eigen::Map<const Hyper>(hyper.data());
  JointModel model(std::move(cases), base, std::move(found));
  return std::unique_ptr<SavedFit>(
      std::make_unique<OwnFit>(catalogues, std::move(material), std::move(model)));
}

std::unique_ptr<Estimator> make_own_estimator(Catalogues catalogues) {
  return std::make_unique<OwnEstimator>(std::move(catalogues));
}

}  // namespace joulecast::pre
