#include "pre/intervals.h"

#include <algorithm>
#include <cmath>

namespace joulecast::pre {
namespace {

// Cases left out may widen what the model says of itself, but not narrow it much below the normal
// distribution's 1.64: they lie farther from the others than what a user asks lies from all.
constexpr double kLeastWidth = 1.5;
// Of fewer cases than a quantile needs: more than the normal distribution's 1.64, since the
// standard deviations themselves are poorly known then.
constexpr double kFewCases = 2.5;

// From leaving each of four generations out of several sources: factors of 1.6 and 1.9.
constexpr double kGenerationFactor = 1.6, kGenerationTimeFactor = 1.9;
// No public recording is of a CPU; the few trainings tried lay up to five times off.
constexpr double kCpuFactor = 5.0;

// Of things left out (GPUs, networks, ...) fewer than this tell little of the next.
constexpr std::size_t kFewGroups = 4;

double width_of(const std::vector<double>& scores, bool few_groups) {
  const double least = few_groups ? kFewCases : kLeastWidth;
  if (const auto quantile = conformal_quantile(scores)) return std::max(*quantile, least);
  const double worst = scores.empty() ? 0.0 : *std::max_element(scores.begin(), scores.end());
  return std::max(worst, kFewCases);
}

}  // namespace

std::optional<double> conformal_quantile(std::vector<double> values) {
  const auto n = static_cast<double>(values.size());
  const auto rank = static_cast<std::size_t>(std::ceil(kNominalCoverage * (n + 1.0)));
  if (rank > values.size()) return std::nullopt;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Widths conformal_widths(const std::vector<LeftOut>& left_out) {
  std::vector<double> time, power, energy;
  std::size_t groups = 0;
  for (const LeftOut& one : left_out) {
    groups = std::max(groups, one.group + 1);
    if (one.time) time.push_back(std::abs(one.error[0]) / std::sqrt(one.covariance(0, 0)));
    if (one.power) power.push_back(std::abs(one.error[1]) / std::sqrt(one.covariance(1, 1)));
    if (one.time && one.power) {
      energy.push_back(std::abs(one.error.sum()) / std::sqrt(one.covariance.sum()));
    }
  }
  const bool few = groups < kFewGroups;
  return {
      .time = width_of(time, few), .power = width_of(power, few), .energy = width_of(energy, few)};
}

WidthsByNovelty conformal_widths(const JointModel& model) {
  WidthsByNovelty widths;
  for (std::size_t what = 0; what < kNoveltyCount; ++what) {
    widths[what] = conformal_widths(model.leave_out(static_cast<Novelty>(what)));
  }
  return widths;
}

Widths widths_for(const WidthsByNovelty& widths, const JointModel& model,
                  const Workload& workload) {
  Widths widest;
  for (std::size_t what = 0; what < kNoveltyCount; ++what) {
    if (!model.is_new(workload, static_cast<Novelty>(what))) continue;
    widest.time = std::max(widest.time, widths[what].time);
    widest.power = std::max(widest.power, widths[what].power);
    widest.energy = std::max(widest.energy, widths[what].energy);
  }
  return widest;
}

LeastWidths unseen_generation_widths(const Workload& workload) {
  if (workload.generation == "CPU") {
    const double width = std::log(kCpuFactor);
    return {.time = width, .power = width, .energy = width};
  }
  return {.time = std::log(kGenerationTimeFactor),
          .power = std::log(kGenerationFactor),
          .energy = std::log(kGenerationFactor)};
}

}  // namespace joulecast::pre
