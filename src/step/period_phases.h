// Where the power's distribution changes for good: the phases of a training.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::step {

/// The bins at which a phase begins: 0 first, strictly increasing, each phase at least `shortest`
/// bins. NaN is skipped. O(n log n).
std::vector<std::size_t> phase_starts(std::span<const double> power_w, std::size_t shortest);

}  // namespace joulecast::step
