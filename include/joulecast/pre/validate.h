// The judge of every estimator: cross-validation with groups that stay whole.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/estimator.h"
#include "joulecast/pre/observations.h"

namespace joulecast::pre {

/// Which configurations of a held-out group are probes. Sizes are those of an image or sequence,
/// then of the batch; among equals every choice counts the same.
enum class ProbeRule {
  kRandom,    ///< Drawn.
  kSmallest,  ///< The k smallest.
  kSpread,    ///< k from the smallest to the largest, at even steps of their order.
};

struct ValidateOptions {
  Target target = Target::kPower;
  /// "none" (5 unshuffled folds in row order), "configuration", "architecture", "gpu", or names of
  /// columns ("source", "meter", "network", "dataset", "host" and "framework"
  /// always are): every distinct
  /// combination is left out once.
  std::vector<std::string> groups = {"none"};
  /// "column=value": instead of folds, fit on the rows of `train` and judge on those of `test`.
  /// Of one column any value counts, and every column must agree; where only one of the two is
  /// said, the other is all other rows.
  std::vector<std::string> train, test;
  /// k configurations of the held-out group are given to the estimator (their first row each) and
  /// not scored; drawn probe_draws times, or each choice once where there are no more.
  int probes = 0;
  ProbeRule probe_rule = ProbeRule::kRandom;
  int probe_draws = 50;
  unsigned seed = 0;
  int threads = 0;  ///< 0: as many as there are cores.
  /// The estimator is told each epoch's seconds as measured: what is left is the error of watts.
  bool time_given = false;
  bool mixed_meters = false;  ///< Else rows of several meters are an error (not of times).
  /// Told the share of the fits that is done, from any thread, one call at a time.
  std::function<void(double)> progress;
};

struct GroupScore {
  std::string group;
  std::int64_t n = 0;
  double mape = 0.0;  ///< Mean |error| / truth, a fraction.
  double median_ape = 0.0;
  std::optional<double> bias;  ///< Mean of ln(estimate / truth); absent: an estimate is <= 0.
};

struct Scores {
  std::string estimator;
  std::int64_t n = 0;      ///< Rows judged.
  std::int64_t folds = 0;  ///< Fits.
  double mape = 0.0, median_ape = 0.0;
  double rmse = 0.0;               ///< In the target's unit.
  std::optional<double> r2;        ///< 1 - SS_res / SS_tot over all rows judged; absent: all equal.
  std::optional<double> coverage;  ///< Share of truths within their interval; absent: no intervals.
  std::optional<double> interval;  ///< Median of ln(high / low) / 2.
  std::vector<GroupScore> per_group;  ///< The worst first.
  std::vector<std::string> notes;
};

/// Every fold's estimator sees its training rows only; rows without the target are left out. With
/// probes, each draw of a group counts by its mean, and groups by their rows. Deterministic for a
/// seed, whatever the number of threads. Errors: fewer than 20 rows, a single group, an unknown
/// column, several meters, an estimator that cannot be fitted or answers what is no number.
Result<Scores> validate(const Table& table, const Estimator& estimator,
                        const ValidateOptions& options);

}  // namespace joulecast::pre
