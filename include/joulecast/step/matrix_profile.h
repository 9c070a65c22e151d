// The matrix profile: for every window of a series, the distance to the most similar other window.
//
// Method: Yeh et al., "Matrix Profile I", ICDM 2016 (definition, exclusion zone); the covariance
// recurrence along diagonals is that of Zimmerman et al., "Matrix Profile XIV", SoCC 2019, §3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::step {

/// The smallest window with a meaningful z-normalised distance: with two samples every window
/// normalises to (-1, 1) or (1, -1).
inline constexpr std::size_t kMinWindow = 3;

/// The answer of matrix_profile(). Both vectors hold one entry per window, n - window + 1 of them;
/// entry i is about the samples [i, i + window).
struct MatrixProfile {
  /// z-normalised Euclidean distance to the nearest neighbour, in [0, 2·sqrt(window)]; infinite
  /// where there is none.
  std::vector<double> distance;
  /// First sample of the nearest neighbour; -1 where there is none.
  std::vector<std::int64_t> index;
};

struct MatrixProfileOptions {
  /// Threads to work with; 0 means one per processor. The result does not depend on it.
  std::size_t threads = 0;
  /// Windows whose starts are at most this far apart are never neighbours; if not given,
  /// default_exclusion_zone(window).
  std::optional<std::size_t> exclusion_zone = std::nullopt;
};

/// A quarter of the window, rounded up (Matrix Profile I, definition 3).
constexpr std::size_t default_exclusion_zone(std::size_t window) { return (window + 3) / 4; }

/// The exact z-normalised self-join of `series` (any unit) with windows of `window` samples, in
/// O(n²) time and O(n · threads) memory. Bit for bit the same on every machine and for any number
/// of threads.
///
/// - A window that holds a NaN or an infinity has no neighbour and is nobody's.
/// - Two windows of all-equal samples are at distance 0; such a window and any other at
///   sqrt(window).
/// - Among equally near neighbours the one whose start is closest wins, and of two equally close
///   the earlier one.
/// - Distances below sqrt(2e-12 · window) are rounding errors of a zero and count as 0.
/// These rules are those of the reference library, stumpy 1.14 (`stumpy.stump`), but for the last:
/// there the limit is sqrt(1e-14), so that rounding picks the neighbour among exact copies.
///
/// Sample magnitudes should be below 1e150, or their products overflow.
///
/// Fails if window < 3, if the series is shorter than the window, or if it is so short that no
/// window has another one outside its exclusion zone. Safe to call from several threads.
Result<MatrixProfile> matrix_profile(std::span<const double> series, std::size_t window,
                                     const MatrixProfileOptions& options = {});

}  // namespace joulecast::step
