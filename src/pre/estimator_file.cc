#include "joulecast/pre/estimator_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "pre/saved_fit.h"

namespace joulecast::pre {
namespace {

constexpr std::array kTargets = {Target::kPower, Target::kEpochEnergy, Target::kStableEpochEnergy,
                                 Target::kTime};

bool answers(const SavedFit& fit, Target target) {
  const auto targets = fit.targets();
  return std::find(targets.begin(), targets.end(), target) != targets.end();
}

}  // namespace

EstimatorFile::EstimatorFile(FitProvenance provenance,
                             std::vector<std::shared_ptr<const SavedFit>> fits)
    : provenance_(std::move(provenance)), fits_(std::move(fits)) {}

const SavedFit* EstimatorFile::fit_for(Target target) const {
  for (const auto& fit : fits_) {
    if (answers(*fit, target)) return fit.get();
  }
  return nullptr;
}

Result<Answer> EstimatorFile::answer(const SetUp& set_up, Target target) const {
  if (const SavedFit* fit = fit_for(target)) return fit->answer(set_up, target);
  return Error{fmt::format("the estimator was not fitted for the {}: its data did not have it",
                           to_string(target))};
}

Result<std::vector<OutOfRange>> EstimatorFile::out_of_range(const SetUp& set_up) const {
  std::vector<OutOfRange> all;
  for (const auto& fit : fits_) {
    auto outside = fit->out_of_range(set_up);
    if (!outside) return outside.error();
    for (OutOfRange& one : *outside) {
      const bool there = std::any_of(all.begin(), all.end(), [&](const OutOfRange& other) {
        return other.feature == one.feature;
      });
      if (!there) all.push_back(std::move(one));
    }
  }
  return all;
}

std::vector<Target> EstimatorFile::targets() const {
  std::vector<Target> targets;
  for (const Target target : kTargets) {
    if (fit_for(target) != nullptr) targets.push_back(target);
  }
  return targets;
}

bool EstimatorFile::heeds(std::string_view setting) const {
  return std::any_of(fits_.begin(), fits_.end(),
                     [&](const auto& fit) { return fit->heeds(setting); });
}

std::string EstimatorFile::method(Target target) const {
  const SavedFit* fit = fit_for(target);
  return fit != nullptr ? std::string(fit->method()) : std::string();
}

Result<EstimatorFile> refine(const EstimatorFile& base, std::span<const Observation> observations,
                             FitProvenance provenance) {
  std::vector<std::shared_ptr<const SavedFit>> fits;
  for (const auto& fit : base.fits_) {
    auto refined = fit->refined(observations);
    if (!refined) return refined.error();
    fits.push_back(std::move(*refined));
  }
  return EstimatorFile(std::move(provenance), std::move(fits));
}

Result<EstimatorFile> without_rows(const EstimatorFile& estimator) {
  std::vector<std::shared_ptr<const SavedFit>> fits;
  for (const auto& fit : estimator.fits_) {
    auto bare = fit->without_rows();
    if (!bare) return bare.error();
    fits.push_back(std::move(*bare));
  }
  return EstimatorFile(estimator.provenance_, std::move(fits));
}

Result<EstimatorFile> fit_estimator_file(const Estimator& estimator,
                                         std::span<const Observation> observations,
                                         FitProvenance provenance) {
  std::vector<std::shared_ptr<const SavedFit>> fits;
  for (const Target target : kTargets) {
    const bool observed = std::any_of(
        observations.begin(), observations.end(),
        [&](const Observation& observation) { return value_of(observation, target).has_value(); });
    const bool answered = std::any_of(fits.begin(), fits.end(),
                                      [&](const auto& fit) { return answers(*fit, target); });
    if (!observed || answered) continue;
    auto fit = estimator.fit(observations, target);
    if (!fit) return fit.error();
    std::shared_ptr<const FittedEstimator> fitted = std::move(*fit);
    auto saved = std::dynamic_pointer_cast<const SavedFit>(std::move(fitted));
    if (saved == nullptr) {
      return Error{fmt::format("the estimator '{}' cannot be kept in a file", estimator.name())};
    }
    fits.push_back(std::move(saved));
  }
  if (fits.empty()) return Error{"no row has a power, an energy or a time: nothing to fit on"};
  return EstimatorFile(std::move(provenance), std::move(fits));
}

}  // namespace joulecast::pre
