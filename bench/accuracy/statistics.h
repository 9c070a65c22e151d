// The few statistics of the tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace joulecast::accuracy {

/// Between the two nearest ranks, as numpy has it; `part` from 0 to 1. Precondition: not empty.
double percentile(std::vector<double> values, double part);
double median(const std::vector<double>& values);
double mean(const std::vector<double>& values);

/// A mean, and the 95 % interval of the means of samples drawn from it with replacement.
struct BootstrapMean {
  double mean = 0.0, low = 0.0, high = 0.0;
};
BootstrapMean bootstrap_mean(const std::vector<double>& values, std::uint64_t seed);

/// 0 to n-1 in an order that depends on the seed alone, whatever the standard library.
std::vector<std::size_t> permutation(std::size_t n, std::uint64_t seed);

}  // namespace joulecast::accuracy
