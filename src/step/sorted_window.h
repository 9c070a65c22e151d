// The values of a small sliding window, kept sorted, for medians without sorting.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace joulecast::step {

/// The median of sorted values; of an even number the mean of the two middle ones.
inline double sorted_median(const double* sorted, std::size_t size) {
  assert(size > 0);
  const std::size_t half = size / 2;
  return size % 2 == 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}

template <std::size_t kCapacity>
class SortedWindow {
 public:
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

  void insert(double value) {
    assert(size_ < kCapacity);
    std::size_t at = size_++;
    for (; at > 0 && values_[at - 1] > value; --at) values_[at] = values_[at - 1];
    values_[at] = value;
  }

  /// A value that was inserted.
  void erase(double value) {
    const auto end = values_.begin() + static_cast<std::ptrdiff_t>(size_);
    const auto found = std::lower_bound(values_.begin(), end, value);
    assert(found != end && *found == value);
    std::copy(found + 1, end, found);
    --size_;
  }

  /// Of at least one value.
  double median() const { return sorted_median(values_.data(), size_); }

  /// The median of |value - center|, of at least one value.
  double median_deviation(double center) const {
    assert(size_ > 0);
    // The deviations grow to the left and to the right of the center: merge the two runs.
    const auto end = values_.begin() + static_cast<std::ptrdiff_t>(size_);
    auto right =
        static_cast<std::size_t>(std::lower_bound(values_.begin(), end, center) - values_.begin());
    std::size_t left = right;
    double before = 0.0;
    double deviation = 0.0;
    for (std::size_t taken = 0; taken <= size_ / 2; ++taken) {
      before = deviation;
      const bool from_left =
          left > 0 && (right == size_ || center - values_[left - 1] <= values_[right] - center);
      deviation = from_left ? center - values_[--left] : values_[right++] - center;
    }
    return size_ % 2 == 1 ? deviation : 0.5 * (before + deviation);
  }

 private:
  std::array<double, kCapacity> values_{};
  std::size_t size_ = 0;
};

}  // namespace joulecast::step
