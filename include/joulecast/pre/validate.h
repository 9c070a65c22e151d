// The judge of every estimator: cross-validation with groups that stay whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/estimator.h"
#include "joulecast/pre/observations.h"

namespace joulecast::pre {

struct ValidateOptions {
  Target target = Target::kPower;
  /// "none" (5 unshuffled folds in row order), "configuration", "architecture", "gpu", or names of
  /// columns: every distinct combination is left out once.
  std::vector<std::string> groups = {"none"};
  /// "column=value": instead of folds, fit on the rows of `train` and judge on those of `test`.
  std::vector<std::string> train, test;
  /// k configurations of the held-out group are given to the estimator (their first row each) and
  /// not scored; drawn probe_draws times.
  int probes = 0;
  int probe_draws = 50;
  unsigned seed = 0;
  int threads = 0;  ///< 0: as many as there are cores.
};

struct GroupScore {
  std::string group;
  std::int64_t n = 0;
  double mape = 0.0;  ///< Mean |error| / truth, a fraction.
  double median_ape = 0.0;
  double bias = 0.0;  ///< Mean of ln(estimate / truth).
};

struct Scores {
  std::string estimator;
  std::int64_t n = 0;  ///< Rows judged.
  std::int64_t folds = 0;
  double mape = 0.0, median_ape = 0.0;
  double rmse = 0.0;               ///< In the target's unit.
  double r2 = 0.0;                 ///< 1 - SS_res / SS_tot over all rows judged.
  std::optional<double> coverage;  ///< Share of truths within their interval; absent: no intervals.
  std::optional<double> interval;  ///< Median of ln(high / low) / 2.
  std::vector<GroupScore> per_group;
  std::vector<std::string> notes;
};

/// Every fold's estimator sees its training rows only. Deterministic whatever the number of
/// threads.
Result<Scores> validate(const Table& table, const Estimator& estimator,
                        const ValidateOptions& options);

}  // namespace joulecast::pre
