#include "joulecast/pre/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace joulecast::pre {
namespace {

double energy_j(const ComparedSetUp& row) { return row.estimate.total.energy->value.value(); }
double time_s(const ComparedSetUp& row) { return row.estimate.total.duration->value.value(); }
bool fits(const ComparedSetUp& row) { return row.estimate.memory.fits(); }

// Rows come by rising energy, so a row is beaten only by one before it.
void mark_pareto_best(std::vector<ComparedSetUp>& rows) {
  double fastest_s = std::numeric_limits<double>::infinity();
  for (ComparedSetUp& row : rows) {
    if (!fits(row) || time_s(row) >= fastest_s) continue;
    fastest_s = time_s(row);
    row.pareto_best = true;
  }
}

void choose(Comparison& comparison, double slower) {
  const auto& rows = comparison.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!fits(rows[i])) continue;
    if (!comparison.least_energy) comparison.least_energy = i;
    if (!comparison.fastest || time_s(rows[i]) < time_s(rows[*comparison.fastest])) {
      comparison.fastest = i;
    }
  }
  if (!comparison.fastest) return;
  const double longest_s = (1.0 + slower) * time_s(rows[*comparison.fastest]);
  for (std::size_t i = 0; i < rows.size() && !comparison.least_within; ++i) {
    if (fits(rows[i]) && time_s(rows[i]) <= longest_s) comparison.least_within = i;
  }
}

Result<TrainingEstimate> estimate(const EstimatorFile& estimator, const SaidSettings& said) {
  auto set_up = set_up_of(said);
  if (!set_up) return set_up.error();
  return estimate_training(estimator, *set_up);
}

}  // namespace

Comparison compare_set_ups(const EstimatorFile& estimator, const std::vector<SaidSettings>& all,
                           double slower) {
  Comparison comparison;
  for (const SaidSettings& said : all) {
    auto made = estimate(estimator, said);
    if (made) {
      comparison.rows.push_back({.estimate = std::move(made).value(), .pareto_best = false});
    } else {
      comparison.left_out.push_back(made.error().message);
    }
  }
  std::stable_sort(comparison.rows.begin(), comparison.rows.end(),
                   [](const auto& a, const auto& b) { return energy_j(a) < energy_j(b); });
  mark_pareto_best(comparison.rows);
  choose(comparison, slower);
  return comparison;
}

}  // namespace joulecast::pre
