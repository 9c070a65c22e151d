// Two factors at once, such as network and GPU: what each does, and whether one's effect depends
// on the other.
//
// Safe to call from several threads.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// A property of every observation with few values, its levels.
struct Factor {
  std::string name;                 ///< For messages, as the levels' names.
  std::vector<std::string> levels;  ///< At least 2.
  std::vector<std::size_t> level;   ///< Of each observation, an index into levels.
};

/// What one term of the model explains.
struct Effect {
  double sum_squares = 0.0;
  double df = 0.0;
  double f = 0.0;
  double p_value = 0.0;
  double partial_eta_squared = 0.0;  ///< sum_squares / (sum_squares + residual's), 0 to 1.
};

struct TwoWay {
  Effect first;
  Effect second;
  Effect interaction;
  double residual_df = 0.0;
};

/// Two-way analysis of variance with interaction. Sums of squares are of type II: each main effect
/// after the other, the interaction after both; for cells of equal size all types are the same. As
/// statsmodels' anova_lm(ols("y ~ C(a) * C(b)"), typ=2).
///
/// Fails where lengths differ, a value is not finite or beyond 1e100, a level index is out of
/// range, a factor has fewer than 2 levels, a combination of levels has no observation, there are
/// no more observations than combinations, or nothing varies within them.
Result<TwoWay> two_way_anova(std::span<const double> response, const Factor& first,
                             const Factor& second);

/// The same by ranks, for responses that are not normal: for each effect the response is stripped
/// of the other effects, ranked, and analysed by two_way_anova(), of which that effect is kept. J.
/// O. Wobbrock et al., "The Aligned Rank Transform", CHI 2011; effects are estimated from means of
/// observations, as in ARTool, and the sums of squares are of type II. Aligned values that differ
/// by rounding only are ties. Sums of squares are those of ranks. Fails as two_way_anova().
Result<TwoWay> aligned_rank_transform(std::span<const double> response, const Factor& first,
                                      const Factor& second);

}  // namespace joulecast::analysis
