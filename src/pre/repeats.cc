#include "pre/repeats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pre/intervals.h"

namespace joulecast::pre {
namespace {

// Where nothing was run twice: what repeats of public recordings differ by.
constexpr double kUsualSpread = 0.05;
// Equal figures are a table's, not a meter's.
constexpr double kLeastSpread = 0.005;

constexpr std::array<Target, kTargetCount> kTargets = {Target::kPower, Target::kEpochEnergy,
                                                       Target::kStableEpochEnergy, Target::kTime};

std::string head_key(const std::optional<network::Head>& head) {
  if (!head) return "own";
  std::string key = head->pooling == network::Head::Pooling::kFlatten ? "flatten" : "average";
  if (head->batch_norm) key += ",bn";
  for (const std::int64_t units : head->units) key += fmt::format(",{}", units);
  return key;
}

/// How far each value lies from the median of its configuration, in logarithms. Medians follow
/// small samples, which is made good.
void add_deviations(const std::vector<double>& values, std::vector<double>& deviations) {
  if (values.size() < 2) return;
  const auto n = static_cast<double>(values.size());
  const double median = median_of(values);
  for (const double value : values) {
    deviations.push_back(std::abs(std::log(value / median)) * std::sqrt(n / (n - 1.0)));
  }
}

}  // namespace

std::string repeat_key(const SetUp& s) {
  const double limit_w = s.power_limit ? s.power_limit->value() : 0.0;
  return fmt::format(
      "{}|{}|{}|{}|{}|{}|{}|{}|{}x{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", s.network,
      s.width.value_or(0.0), head_key(s.head), s.gpu, s.host, s.framework, s.dataset, s.batch_size,
      s.image_height, s.image_width, s.sequence_length, s.train_size, s.validation_size,
      s.validations_per_epoch, static_cast<int>(s.optimizer), network::to_string(s.precision),
      s.frozen_epochs_share, s.frozen_layers_share, static_cast<int>(s.pipeline), s.workers,
      s.gradient_accumulation, s.checkpointing, s.gpus, limit_w, s.host_memory_gb);
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

Repeats::Repeats(std::span<const Observation> observations) {
  for (const Observation& observation : observations) {
    History& history = histories_[repeat_key(observation.set_up)];
    for (std::size_t i = 0; i < kTargetCount; ++i) {
      const auto value = value_of(observation, kTargets[i]);
      if (value && *value > 0.0) history.values[i].push_back(*value);
    }
  }
  for (std::size_t i = 0; i < kTargetCount; ++i) {
    std::vector<double> deviations;
    for (const auto& [key, history] : histories_) add_deviations(history.values[i], deviations);
    spread_[i] =
        std::max(conformal_quantile(std::move(deviations)).value_or(kUsualSpread), kLeastSpread);
  }
}

std::optional<Answer> Repeats::answer(const SetUp& set_up, Target target) const {
  const auto found = histories_.find(repeat_key(set_up));
  if (found == histories_.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(target);
  const std::vector<double>& values = found->second.values[index];
  if (values.empty()) return std::nullopt;
  const double median = median_of(values);
  // The next run errs, and so does the median of few.
  const double width = spread_[index] * std::sqrt(1.0 + 1.0 / static_cast<double>(values.size()));
  return Answer{
      .value = median, .low = median * std::exp(-width), .high = median * std::exp(width)};
}

}  // namespace joulecast::pre
