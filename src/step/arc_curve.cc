#include "step/arc_curve.h"

#include <algorithm>
#include <cmath>

namespace joulecast::step {

std::vector<std::int64_t> arc_curve(std::span<const std::int64_t> neighbour) {
  std::vector<std::int64_t> arcs(neighbour.size(), 0);
  for (std::size_t i = 0; i < neighbour.size(); ++i) {
    if (neighbour[i] < 0) continue;
    const auto other = static_cast<std::size_t>(neighbour[i]);
    ++arcs[std::min(i, other)];
    --arcs[std::max(i, other)];
  }
  std::int64_t open = 0;
  for (std::int64_t& arc : arcs) arc = open += arc;
  return arcs;
}

std::vector<double> parabolic_arcs(std::size_t windows) {
  const auto n = static_cast<double>(windows);
  std::vector<double> ideal(windows);
  for (std::size_t i = 0; i < windows; ++i) {
    const auto at = static_cast<double>(i);
    ideal[i] = 2 * at * (n - at) / n;
  }
  return ideal;
}

void correct_arcs(std::span<const std::int64_t> arcs, std::span<const double> ideal,
                  std::size_t edge, std::span<double> corrected) {
  constexpr double kInsteadOfZero = 1e-10;
  const std::size_t windows = arcs.size();
  for (std::size_t i = 0; i < windows; ++i) {
    if (i < edge || windows - i <= edge) {
      corrected[i] = 1;
    } else {
      const double divisor = ideal[i] == 0 ? kInsteadOfZero : ideal[i];
      corrected[i] = std::min(static_cast<double>(arcs[i]) / divisor, 1.0);
    }
  }
}

}  // namespace joulecast::step
