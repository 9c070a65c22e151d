// A stretch of a power trace as the search for its period wants it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::step {

/// The upper median; at least one value.
double median_of(std::vector<double> values);

/// The stretch about zero: outliers cut off at eight median deviations, no straight trend, zero
/// where the recording has a gap (NaN). O(n).
std::vector<double> prepared(std::span<const double> power_w);

/// Subtracts from each the mean over about `window` bins around it: what changes slowly.
void remove_slow(std::vector<double>& series, std::size_t window);

}  // namespace joulecast::step
