// Sums that do not lose digits, and the mean and spread of values made of them.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace joulecast::analysis {

/// A sum with Neumaier's correction: its error does not grow with the number of terms.
class Sum {
 public:
  void add(double term) {
    const double sum = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - sum) + term : (term - sum) + sum_;
    sum_ = sum;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0.0;
  double lost_ = 0.0;
};

struct Moments {
  double n = 0.0;
  double mean = 0.0;         ///< Less the origin.
  double sum_squares = 0.0;  ///< About the mean; exactly 0 where all values are equal.

  double variance() const { return sum_squares / (n - 1.0); }  ///< n >= 2.
};

/// Means are kept as distances from `origin`: near the values, small differences far from 0 keep
/// their digits. Precondition: at least one value, all finite.
Moments moments_of(std::span<const double> values, double origin = 0.0);

/// What a sum of squares of `n` values no larger than `largest` is made of by rounding alone.
double rounding_squares(double n, double largest);

double largest_magnitude(std::span<const double> values);

}  // namespace joulecast::analysis
