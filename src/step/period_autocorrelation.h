// How much a series resembles itself, shifted.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::step {

/// Autocorrelation at the lags 0..lags-1: 1 at lag 0, unbiased (each sum is divided by its number
/// of terms). The series' mean is taken to be zero. All zero if the series is. O(n log n).
std::vector<double> autocorrelation(std::span<const double> series, std::size_t lags);

}  // namespace joulecast::step
