#include "step/periodic_events.h"

#include <algorithm>
#include <cmath>

#include "step/projection_constants.h"

namespace joulecast::step {
namespace {

using C = ProjectionConstants;
constexpr double kTolerance = 1e-9;  // A sum of works may fall short of a whole number by rounding.

}  // namespace

void PeriodicEvents::add(std::int64_t ordinal, const std::array<double, kQuantities>& excess) {
  if (count_ == 0) first_ = ordinal;
  if (count_ >= 2) {
    const double period = static_cast<double>(last_ - first_) / static_cast<double>(count_ - 1);
    const double gap = static_cast<double>(ordinal - last_);
    deviation_ = std::max(deviation_, std::abs(gap - period) / period);
  }
  ++count_;
  last_ = ordinal;
  for (std::size_t q = 0; q < kQuantities; ++q) {
    sum_[q] += excess[q];
    squares_[q] += excess[q] * excess[q];
  }
}

PeriodicEvents::Expected PeriodicEvents::expected(double seen, double to_come) const {
  if (count_ == 0 || to_come <= 0.0) return {};
  const double m = static_cast<double>(count_);
  const double last = static_cast<double>(last_);
  const double since_last = seen + to_come - last;
  if (count_ == 1) {  // Periodic from the start, perhaps.
    const double again = std::floor(since_last / last + kTolerance);
    return {.count = C::kEventOnce * again,
            .sd = C::kEventOnceSd * again + (again == 0.0 ? C::kEventOnceLeast : 0.0)};
  }
  const double period = (last - static_cast<double>(first_)) / (m - 1.0);
  if (count_ == 2 || deviation_ <= C::kEventRegular) {
    const double more = std::max(0.0, std::floor(since_last / period + 0.25));
    return {.count = more, .sd = count_ > 2 ? 0.5 : 0.5 + 0.25 * more};
  }
  const double more = std::max(0.0, since_last / period);
  return {.count = more, .sd = std::sqrt(more + more * more / m)};
}

PeriodicEvents::Expected PeriodicEvents::declared(double every, double seen, double to_come) {
  const auto until = [every](double units) { return std::floor(units / every + kTolerance); };
  return {.count = until(seen + to_come) - until(seen), .sd = 0.0};
}

PeriodicEvents::Cost PeriodicEvents::cost(std::size_t quantity) const {
  const double m = static_cast<double>(count_);
  const double mean = sum_[quantity] / m;
  const double squares = std::max(0.0, squares_[quantity] - m * mean * mean);
  const double prior_sd = C::kEventCostSd * mean;
  return {.excess = mean, .variance = (2.0 * prior_sd * prior_sd + squares) / (m + 1.0)};
}

}  // namespace joulecast::step
