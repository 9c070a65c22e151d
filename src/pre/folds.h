// Which rows an estimator is fitted on and which it is judged on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/pre/validate.h"

namespace joulecast::pre {

using Rows = std::vector<std::size_t>;  ///< Ascending indices of a table's observations.

struct Fold {
  std::string group;  ///< What is held out.
  Rows train, test;
};

/// The folds that `options` ask for, over the rows that have the target. Errors: too few rows, an
/// unknown column, a single group, rows on both sides.
Result<std::vector<Fold>> make_folds(const Table& table, const ValidateOptions& options);

/// `count` contiguous folds, the first ones a row larger where it does not divide: scikit-learn's
/// KFold without shuffling.
std::vector<Fold> contiguous_folds(const Rows& rows, std::size_t count);

}  // namespace joulecast::pre
