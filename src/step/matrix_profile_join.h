// The self-join with a kernel of one's choice; matrix_profile() takes the fastest.
#pragma once

#include <cstddef>

#include "joulecast/step/matrix_profile.h"
#include "step/matrix_profile_kernel.h"
#include "step/matrix_profile_windows.h"

namespace joulecast::step {

/// Covariances are computed afresh, from their definition, at every row that is a multiple of this,
/// so that rounding errors do not add up over a long series. Batch and streaming forms must do so
/// at the same rows to give the same results.
std::size_t rows_between_fresh_covariances(std::size_t window);

/// Fails if the window is shorter than kMinWindow.
Status check_window(std::size_t window);

/// Fails if check_window() does, or if a series of `samples` is too short for any window of it to
/// have a neighbour.
Status check_series(std::size_t samples, std::size_t window, std::size_t exclusion_zone);

/// matrix_profile() of `windows`, which must be padded by kKernelPadding and have more than
/// exclusion_zone + 1 windows, on `threads` > 0 threads.
MatrixProfile self_join(const Windows& windows, std::size_t exclusion_zone, std::size_t threads,
                        const Kernel& kernel);

}  // namespace joulecast::step
