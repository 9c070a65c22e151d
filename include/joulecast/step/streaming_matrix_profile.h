// The matrix profile of a series that is still growing.
//
// Method: Yeh et al., "Time series joins, motifs, discords and shapelets", DMKD 2018, table V
// (STOMPI), with the covariance recurrence of matrix_profile.h.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "joulecast/base/result.h"
#include "joulecast/step/matrix_profile.h"

namespace joulecast::step {

/// After n calls of append(), profile() is bit for bit what matrix_profile() gives for the n
/// samples. Not synchronised. A moved-from object may only be assigned to or destroyed.
class StreamingMatrixProfile {
 public:
  /// Fails if window < 3. Without `exclusion_zone`: default_exclusion_zone(window).
  static Result<StreamingMatrixProfile> create(
      std::size_t window, std::optional<std::size_t> exclusion_zone = std::nullopt);

  StreamingMatrixProfile(StreamingMatrixProfile&&) noexcept;
  StreamingMatrixProfile& operator=(StreamingMatrixProfile&&) noexcept;
  ~StreamingMatrixProfile();

  /// Takes the next sample, which may be NaN or infinite: O(samples so far) time, and no allocation
  /// but for amortised growth.
  void append(double sample);

  /// The profile of all samples so far, one entry per window; no window has a neighbour while the
  /// series is too short for matrix_profile(). O(samples so far).
  MatrixProfile profile() const;

 private:
  struct State;
  explicit StreamingMatrixProfile(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace joulecast::step
