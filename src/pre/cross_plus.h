// CV+ intervals (Barber et al., Predictive inference with the jackknife+, 2021), with whole
// configurations left out, so that an interval speaks for set-ups that nobody has run.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "joulecast/pre/estimator.h"

namespace joulecast::pre {

/// Configurations are dealt out to so many folds; with fewer configurations there is no interval.
inline constexpr std::size_t kIntervalFolds = 10;

/// One configuration, judged by a model that did not see it.
struct LeftOutGroup {
  std::size_t fold = 0;  ///< Which model judged it.
  double residual =
      0.0;  ///< Median over its rows of |error|; of |ln(truth / estimate)| if in logs.
};

struct CrossPlus {
  bool logs = true;  ///< Residuals are of logarithms; false where an estimate was not above 0.
  std::vector<LeftOutGroup> left_out;
};

/// `truth` and `estimate` (of the model that did not see the row) by row. `fold_of_group` says
/// which model that was.
CrossPlus cross_plus(std::span<const double> truth, std::span<const double> estimate,
                     std::span<const std::size_t> group_of_row,
                     std::span<const std::size_t> fold_of_group);

/// The interval where the folds' models answer `by_fold`; low is at least 0. Absent where there are
/// too few configurations for the nominal coverage.
std::optional<std::pair<double, double>> interval(const CrossPlus& left_out,
                                                  std::span<const double> by_fold);

}  // namespace joulecast::pre
