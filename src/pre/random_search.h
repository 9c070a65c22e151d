// The random search of PRE as published: 100 draws from the priors, scored by R2 on 5 unshuffled
// folds.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "joulecast/base/result.h"
#include "pre/fitter.h"

namespace joulecast::pre {

/// Draws of the published priors; the same seed gives the same draws on every machine.
class PriorDraws {
 public:
  explicit PriorDraws(std::uint64_t seed) : generator_(seed) {}
  HyperParameters next(Method method);

 private:
  double exponential(double mean);

  std::mt19937_64 generator_;  // Its sequence is laid down by the standard.
};

struct SearchResult {
  HyperParameters best;
  double score = 0.0;          ///< Mean over the folds of R2.
  std::vector<double> scores;  ///< By draw; NaN where a fit was not possible.
};

/// The score of one set of hyper-parameters. Errors: fewer than 10 rows, or a fold without a fit.
Result<double> score_on_folds(const Problem& problem, Method method, const HyperParameters& hyper);

/// Errors: fewer than 10 rows, or no draw that could be fitted in every fold. The result does
/// not depend on `threads` (0: as many as there are cores).
Result<SearchResult> random_search(const Problem& problem, Method method, int draws,
                                   std::uint64_t seed, int threads);

}  // namespace joulecast::pre
