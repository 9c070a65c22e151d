// FLOSS: FLUSS on a sliding window of a series that is still growing.
//
// Method: Gharghabi et al., ICDM 2017 (see fluss.h), section III-C: only arcs to later neighbours
// count, so that what is known of the past never has to be revised.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "joulecast/base/result.h"
#include "joulecast/step/fluss.h"

namespace joulecast::step {

struct FlossOptions {
  /// m, samples per window, at least 3.
  std::size_t window = 10;
  /// As in MatrixProfileOptions.
  std::optional<std::size_t> exclusion_zone = std::nullopt;
  /// L and the factor for both ends, as in FlussOptions.
  std::size_t length = 10;
  std::size_t exclusion_factor = 5;
};

/// Keeps the newest n samples of a series and the corrected arc curve of their windows, where n is
/// the number of samples given at the start.
///
/// The arcs go from each window to its nearest later neighbour (rules as for matrix_profile(), but
/// among equally near ones the earliest). The ideal arc curve is the reference library's for one
/// direction, as in IdealArcs::kReference. Unlike stumpy 1.14's `floss`, whose updates admit
/// neighbours one sample closer than its own `stump` does, the exclusion zone is the same
/// throughout, and correlations do not go through an FFT and its rounding.
///
/// Not synchronised. A moved-from object may only be assigned to or destroyed.
class Floss {
 public:
  /// O(n²) time for n samples in `initial`. Fails if window < 3, if `initial` is too short for
  /// matrix_profile(), or if `length` is 0.
  static Result<Floss> create(std::span<const double> initial, const FlossOptions& options = {});

  Floss(Floss&&) noexcept;
  Floss& operator=(Floss&&) noexcept;
  ~Floss();

  /// Takes the next sample, which may be NaN or infinite, and forgets the oldest: O(n) time.
  void append(double sample);

  /// One entry for each of the n - window + 1 windows, oldest first, each in [0, 1]: the lower, the
  /// more likely a change of regime. Valid until the next append().
  std::span<const double> corrected_arc_curve() const;

  /// Number of samples forgotten so far: entry i of the curve is about window i + forgotten() of
  /// the whole series.
  std::size_t forgotten() const;

 private:
  struct State;
  explicit Floss(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace joulecast::step
