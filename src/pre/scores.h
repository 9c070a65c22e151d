// How far estimates are from the truth.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "joulecast/pre/validate.h"

namespace joulecast::pre {

/// One estimate of one row.
struct Judged {
  std::size_t row = 0;
  std::size_t fold = 0;
  double truth = 0.0;  ///< Above 0.
  double weight = 1.0;
  Answer answer;
};

/// The value at which half of the weight is reached: the usual median where all weights are alike.
/// Precondition: not empty, weights above 0.
double weighted_median(std::vector<std::pair<double, double>> values_and_weights);

/// All but the estimator's name, the number of fits and the notes. `groups`: a fold's name each.
/// Precondition: not empty.
Scores score(std::span<const Judged> judged, std::span<const std::string> groups);

}  // namespace joulecast::pre
