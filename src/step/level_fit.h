// The level of a noisy series in the presence of a fading transient and of outliers.
//
// y = level + transient x g + noise, y in log units. The noise is taken for Student's t with three
// degrees of freedom, which puts the level between the median and the mean; it is then corrected
// towards the mean, because the sum of what is to come follows the mean.
#pragma once

#include <array>
#include <cstddef>

#include "step/level_prior.h"
#include "step/projection_constants.h"

namespace joulecast::step {

/// What units that left the buffer leave behind: weighted sums.
struct FoldedSums {
  double u = 0.0, ug = 0.0, ugg = 0.0, uy = 0.0, ugy = 0.0, urr = 0.0;
  double clipped = 0.0, clipped_squares = 0.0;
};

struct LevelFit {
  double level = 0.0;
  double transient = 0.0;  ///< At the start.
  double variance = 0.0;   ///< Of the noise of a unit, robust.
  /// Of (level, transient): the variances and the covariance.
  double level_variance = 0.0, covariance = 0.0, transient_variance = 0.0;
  double correction = 0.0;         ///< Added to the level: towards the mean.
  double interval_variance = 0.0;  ///< Of the noise of a unit, for intervals.
  double slow = 0.0;               ///< Added to the level: the recent units sit off it by as much.

  /// What a unit is off the level, log units.
  double residual(double y, double g) const { return y - level - transient * g; }
};

/// The points of one fit: the buffered main units first, then up to two with a variance of their
/// own (the first unit of all, the running one). Padded to whole lanes with points that weigh
/// nothing.
struct FitPoints {
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kCapacity = 36;
  static_assert(kCapacity % kLanes == 0 && kCapacity >= ProjectionConstants::kBuffer + 2);

  alignas(32) std::array<double, kCapacity> y;
  alignas(32) std::array<double, kCapacity> g;
  alignas(32) std::array<double, kCapacity> weight;          ///< a, in (0, 1].
  alignas(32) std::array<double, kCapacity> inverse_weight;  ///< 1 / a.
  alignas(32) std::array<double, kCapacity> own_variance;    ///< 0 of main units.
  std::size_t main = 0, size = 0;

  /// A point that is not one of the main units.
  void append(double value, double transient, double variance) {
    y[size] = value;
    g[size] = transient;
    weight[size] = inverse_weight[size] = 1.0;
    own_variance[size] = variance;
    ++size;
  }
};

/// Where the iteration starts.
struct FitStart {
  double level = 0.0;
  double deviation = 0.0;  ///< Robust spread of the main units.
};

/// `units`: main units ever; the first points.main of the points are the newest of them. The oldest
/// is the first main unit of all where no unit was folded (points.main == units), and counts
/// little. Pads `points`. At least one point.
LevelFit fit_level(FitPoints& points, std::size_t units, const FoldedSums& folded,
                   const LevelPrior& prior, const FitStart& start);

/// Adds a unit that leaves the buffer, with the weights of the last fit. `weight`: its a.
void fold(FoldedSums& sums, const LevelFit& fit, double y, double g, double weight,
          bool first_main_unit);

}  // namespace joulecast::step
