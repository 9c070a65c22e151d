// One unit of work as the projection sees it, and its three quantities.
#pragma once

#include <array>
#include <cstddef>

namespace joulecast::step {

enum Measure : std::size_t { kEnergy = 0, kTime = 1, kPower = 2 };
inline constexpr std::size_t kQuantities = 3;

/// Logarithms of joules per work, seconds per work, and watts; how much of the start's transient is
/// left in the middle of the unit (1 at the start, towards 0); the work.
struct ProjectionUnit {
  std::array<double, kQuantities> log_rate{};
  double transient = 0.0;
  double work = 0.0;
};

}  // namespace joulecast::step
