// What the forecasts of the stopping epoch believe before they have seen anything.
#pragma once

namespace joulecast::step {

/// A log-uniform share runs from the lower bound to this multiple of the cap; what lies above stops
/// at the cap.
inline constexpr double kPastCap = 1.8;

}  // namespace joulecast::step
