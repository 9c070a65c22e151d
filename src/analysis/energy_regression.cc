#include "joulecast/analysis/energy_regression.h"

#include <cmath>

#include "analysis/distributions.h"

namespace joulecast::analysis {
namespace {

constexpr double kCoverage = 0.9;

// A group's mean logarithm and how well it is known.
struct MeanLog {
  double mean = 0.0;
  double variance = 0.0;  ///< Of the mean.
  double df = 0.0;
};

MeanLog mean_log(const std::vector<double>& energies_j) {
  MeanLog log;
  const auto n = static_cast<double>(energies_j.size());
  for (const double energy : energies_j) log.mean += std::log(energy) / n;
  double squares = 0.0;
  for (const double energy : energies_j) {
    squares += (std::log(energy) - log.mean) * (std::log(energy) - log.mean);
  }
  // A spread that was taken over is held to be known well.
  constexpr double kKnownWell = 30.0;
  const bool single = energies_j.size() == 1;
  log.variance = single ? kRepeatSpread * kRepeatSpread : squares / (n - 1.0) / n;
  log.df = single ? kKnownWell : n - 1.0;
  return log;
}

// The t beyond which a two-sided test leaves 1 - kCoverage.
double t_of_coverage(double df) {
  double low = 0.0, high = 1e3;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2.0;
    (students_t_two_sided(middle, df) > 1.0 - kCoverage ? low : high) = middle;
  }
  return high;
}

MeasuredGroups as_one(const MeasuredGroups& groups) {
  MeasuredGroups one;
  for (const auto& [name, energies] : groups) {
    one[""].insert(one[""].end(), energies.begin(), energies.end());
  }
  return one;
}

struct Sum {
  double change = 0.0, variance = 0.0, squared_over_df = 0.0, groups = 0.0;
  std::size_t before = 0, now = 0;
};

Sum sum_over(const MeasuredGroups& before, const MeasuredGroups& now) {
  Sum sum;
  for (const auto& [name, energies] : now) {
    const auto old = before.find(name);
    if (old == before.end()) continue;
    const MeanLog was = mean_log(old->second), is = mean_log(energies);
    sum.change += is.mean - was.mean;
    for (const MeanLog* side : {&was, &is}) {
      sum.variance += side->variance;
      sum.squared_over_df += side->variance * side->variance / side->df;
    }
    sum.groups += 1.0;
    sum.before += old->second.size();
    sum.now += energies.size();
  }
  return sum;
}

}  // namespace

Result<EnergyChange> energy_change(const MeasuredGroups& before, const MeasuredGroups& now) {
  if (before.empty() || now.empty()) return Error{"there is no training to compare with"};
  Sum sum = sum_over(before, now);
  const bool matched = sum.groups > 0.0;
  if (!matched) sum = sum_over(as_one(before), as_one(now));
  const double change = sum.change / sum.groups;
  const double error = std::sqrt(sum.variance) / sum.groups;
  const double df =
      sum.squared_over_df > 0.0 ? sum.variance * sum.variance / sum.squared_over_df : 1.0;
  const double half = error > 0.0 ? t_of_coverage(df) * error : 0.0;
  return EnergyChange{.change = std::expm1(change),
                      .low = std::expm1(change - half),
                      .high = std::expm1(change + half),
                      .before = sum.before,
                      .now = sum.now,
                      .groups = matched ? static_cast<std::size_t>(sum.groups) : 0};
}

}  // namespace joulecast::analysis
