#include "readers/interval_mix.h"

#include <algorithm>

namespace joulecast::readers {

void IntervalMix::add(double time_s) {
  if (begun_ && !full() && time_s >= last_s_) intervals_s_[count_++] = time_s - last_s_;
  last_s_ = time_s;
  begun_ = true;
}

bool IntervalMix::is_mixed() const {
  constexpr std::size_t kFewest = 5;
  constexpr double kNearlyZero = 0.05;
  if (count_ < kFewest) return false;
  auto sorted = intervals_s_;
  const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(count_);
  std::sort(sorted.begin(), end);
  // With two devices every other interval is a long one, with eight every eighth.
  const double long_s = sorted[count_ - 1 - count_ / 20];
  const auto short_ones = static_cast<std::size_t>(
      std::count_if(sorted.begin(), end, [&](double s) { return s <= kNearlyZero * long_s; }));
  return 5 * short_ones >= 2 * count_;
}

}  // namespace joulecast::readers
