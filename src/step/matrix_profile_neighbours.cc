#include "step/matrix_profile_neighbours.h"

#include <cmath>

namespace joulecast::step {
namespace {

constexpr double kBothConstant = kSameShape;
constexpr double kOneConstant = 0.5;

double distance_of(double correlation, double window) {
  return correlation == kSameShape ? 0.0 : std::sqrt(2 * window * (1 - correlation));
}

}  // namespace

void add_constant_windows(const Windows& windows, std::size_t exclusion_zone, Side side,
                          Neighbours& neighbours) {
  const std::vector<WindowKind>& kind = windows.kind();
  const auto count = static_cast<std::int64_t>(windows.count());
  const auto reach = static_cast<std::int64_t>(exclusion_zone) + 1;
  constexpr std::int64_t kNone = -1;

  // Walk away from the side in question; the window that has just come into reach is the nearest
  // of its kind.
  std::int64_t nearest_constant = kNone;
  std::int64_t nearest_varying = kNone;
  for (std::int64_t step = 0; step < count; ++step) {
    const std::int64_t i = side == Side::kLeft ? step : count - 1 - step;
    const std::int64_t reached = side == Side::kLeft ? i - reach : i + reach;
    if (step >= reach) {
      const WindowKind reached_kind = kind[static_cast<std::size_t>(reached)];
      if (reached_kind == WindowKind::kConstant) nearest_constant = reached;
      if (reached_kind == WindowKind::kVarying) nearest_varying = reached;
    }
    const auto at = static_cast<std::size_t>(i);
    if (kind[at] == WindowKind::kNonFinite) continue;
    const bool constant = kind[at] == WindowKind::kConstant;

    const auto offer = [&](std::int64_t other, double correlation) {
      if (other == kNone) return;
      const std::int64_t gap = other < i ? i - other : other - i;
      if (is_better(correlation, gap, neighbours.correlation[at], neighbours.gap[at])) {
        neighbours.correlation[at] = correlation;
        neighbours.gap[at] = gap;
      }
    };
    offer(nearest_constant, constant ? kBothConstant : kOneConstant);
    if (constant) offer(nearest_varying, kOneConstant);
  }
}

MatrixProfile nearest(const Neighbours& left, const Neighbours& right, std::size_t window) {
  const std::size_t count = left.correlation.size();
  MatrixProfile profile;
  profile.distance.reserve(count);
  profile.index.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool take_right =
        is_better(right.correlation[i], right.gap[i], left.correlation[i], left.gap[i]);
    const double correlation = take_right ? right.correlation[i] : left.correlation[i];
    const auto at = static_cast<std::int64_t>(i);
    profile.distance.push_back(distance_of(correlation, static_cast<double>(window)));
    if (std::isinf(correlation)) {
      profile.index.push_back(-1);
    } else {
      profile.index.push_back(take_right ? at + right.gap[i] : at - left.gap[i]);
    }
  }
  return profile;
}

}  // namespace joulecast::step
