// The inner loop of the matrix profile, compiled for several instruction sets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace joulecast::step {

/// Diagonals in a band: the piece of the distance matrix that a kernel works on at a time.
inline constexpr std::size_t kBandWidth = 32;

/// Entries that the per-window arrays given to a kernel must have beyond the last window.
inline constexpr std::size_t kKernelPadding = kBandWidth + 1;

/// A piece of a band: rows [row_begin, row_end) of the diagonals [diagonal, diagonal + kBandWidth),
/// that is, the pairs of windows (row, row + diagonal + k). All arrays are indexed by window and
/// padded; see Windows for the first three. Neighbours are updated in place.
struct KernelTask {
  const double* entering;
  const double* leaving;
  const double* inverse_deviation;

  // The left neighbours of the later windows, updated by is_better().
  double* left_correlation;
  std::int64_t* left_gap;
  // Pairs that do not correlate more than this are no better left neighbours for sure. Along a
  // diagonal a window meets the farther of its left neighbours first, so an equal correlation may
  // be a better one; the kernel lowers the limit accordingly when it updates a neighbour. Between
  // strips of diagonals, which come in ascending order, it can be raised to left_correlation.
  double* left_limit;

  // The right neighbours of the earlier windows. A window meets the nearer ones first.
  double* right_correlation;
  std::int64_t* right_gap;

  double* covariance;  // kBandWidth of them: at row_begin on entry, at row_end on return
  std::size_t diagonal;
  std::size_t row_begin;
  std::size_t row_end;
};

struct Kernel {
  const char* name;  // the instruction set
  void (*run)(const KernelTask&);
};

/// The kernels this processor can run, the fastest first; there is always at least one. All give
/// the same results bit for bit: each pair's correlation comes from the same operations in the same
/// order, without fused multiply-add.
const std::vector<Kernel>& usable_kernels();

}  // namespace joulecast::step
