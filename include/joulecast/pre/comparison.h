// Many set-ups side by side: which takes least, which is fastest, which are worth considering.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/training_estimate.h"

namespace joulecast::pre {

struct ComparedSetUp {
  TrainingEstimate estimate;
  bool pareto_best = false;  ///< No other that fits takes less energy in no more time.
};

struct Comparison {
  std::vector<ComparedSetUp> rows;    ///< By rising energy of the whole training.
  std::vector<std::string> left_out;  ///< One line for each that could not be estimated.
  /// Indices into rows, of those that fit into memory: least energy, least time, and least energy
  /// among those that take at most `slower` more time than the fastest.
  std::optional<std::size_t> least_energy, fastest, least_within;
};

/// Estimates every set-up. `slower`: 0.1 allows ten per cent more time. Set-ups that contradict
/// themselves are left out with their error.
Comparison compare_set_ups(const EstimatorFile& estimator, const std::vector<SaidSettings>& all,
                           double slower);

}  // namespace joulecast::pre
