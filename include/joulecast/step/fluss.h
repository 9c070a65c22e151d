// FLUSS: where a series changes its behaviour, from the nearest neighbours of its windows.
//
// Method: Gharghabi et al., "Matrix Profile VIII: Domain Agnostic Online Semantic Segmentation at
// Superhuman Performance Levels", ICDM 2017, tables I (arc curve) and II (regime extraction).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::step {

/// The number of arcs that would cross each place if nothing ever changed, which the arcs found are
/// divided by.
enum class IdealArcs : std::uint8_t {
  /// As the reference library, stumpy 1.14, has it: the arcs of a series whose neighbours are drawn
  /// at random (always the same draw for a length), smoothed to the shape of a Beta density whose
  /// parameters are the averages over 1000 fits to 1000 points each, rounded to hundredths. It
  /// takes some 20 ms. Published figures come from it.
  kReference,
  /// What that draw approximates: 2·i·(n-i)/n, as in the paper.
  kParabola
};

struct FlussOptions {
  /// L, samples: roughly one period; usually the window of the matrix profile. At least 1.
  std::size_t length = 10;
  /// Within exclusion_factor · length of either end, and of a change already found, no change is
  /// looked for.
  std::size_t exclusion_factor = 5;
  /// How many regimes to tell apart: one more than the changes looked for. At least 1.
  std::size_t regimes = 2;
  IdealArcs ideal = IdealArcs::kReference;
};

/// A change from one regime to the next.
struct RegimeChange {
  std::size_t index;  ///< Window (and first sample) at which the new regime begins.
  double cac;         ///< Corrected arc curve there, in [0, 1): the lower, the clearer the change.
};

struct Fluss {
  /// Arcs over each window divided by the ideal number, at most 1; 1 near both ends.
  std::vector<double> corrected_arc_curve;
  /// The clearest change first. Fewer than asked for if the curve has no more places below 1.
  std::vector<RegimeChange> changes;
};

/// Segments a series by `neighbour`, the `index` of its MatrixProfile: entry i is the nearest
/// neighbour of window i, any negative value meaning none. O(n) time but for IdealArcs::kReference.
///
/// Fails if an entry is not below neighbour.size(), if `length` or `regimes` is 0, or if
/// `neighbour` is empty. Safe to call from several threads.
Result<Fluss> fluss(std::span<const std::int64_t> neighbour, const FlussOptions& options = {});

}  // namespace joulecast::step
