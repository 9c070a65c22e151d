#include "pre/stable_ratio.h"

#include <vector>

#include "pre/repeats.h"

namespace joulecast::pre {
namespace {

bool is_phased(const SetUp& set_up) {
  return set_up.frozen_epochs_share > 0.0 && set_up.frozen_epochs_share < 1.0;
}

std::optional<double> median_if_any(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(median_of(values));
}

}  // namespace

StableRatio::StableRatio(std::span<const Observation> observations) {
  std::vector<double> phased, plain;
  for (const Observation& observation : observations) {
    const auto stable = value_of(observation, Target::kStableEpochEnergy);
    const auto mean = value_of(observation, Target::kEpochEnergy);
    if (!stable || !mean || *stable <= 0.0 || *mean <= 0.0) continue;
    (is_phased(observation.set_up) ? phased : plain).push_back(*stable / *mean);
  }
  phased_ = median_if_any(phased);
  plain_ = median_if_any(plain);
}

std::optional<double> StableRatio::of(const SetUp& set_up) const {
  if (is_phased(set_up)) return phased_ ? phased_ : plain_;
  return plain_ ? plain_ : phased_;
}

}  // namespace joulecast::pre
