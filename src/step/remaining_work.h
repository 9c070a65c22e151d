// What the rest of one kind of work will take, and why that is not sure.
#pragma once

#include <array>
#include <cstddef>

#include "step/work_kind.h"

namespace joulecast::step {

/// The causes that make an interval wide.
enum Cause : std::size_t { kNoise, kDrift, kMeter, kPhases, kEvents, kEvaluations };
inline constexpr std::array kCauseNames = {"noise",  "drift",  "meter",
                                           "phases", "events", "evaluations"};
inline constexpr std::size_t kCauses = kCauseNames.size();

/// Variances by cause, independent of each other.
using CauseVariances = std::array<double, kCauses>;

/// Energy (J) and time (s) of work to come.
struct Remaining {
  std::array<double, 2> value{};
  std::array<CauseVariances, 2> variance{};
  double power_variance = 0.0;  ///< Of the logarithm of the mean watts, events etc. apart.
  double level_variance = 0.0;  ///< Of the logarithm of joules per work, the units' noise apart.
  int degrees = 0;              ///< Of freedom of the interval.
};

struct RemainingOptions {
  double clock_s = 0.0;  ///< Since the run's start.
  double sampling_interval_s = 0.0;
  double work = 0.0;         ///< To come in the present phase, > 0.
  double unseen_work = 0.0;  ///< Then, in phases that have not begun.
  /// The unit under way, as a point of the fit; may be null.
  const RunningPoint* running = nullptr;
};

/// Of a kind whose series is not empty.
Remaining remaining_work(const WorkKind& kind, const RemainingOptions& options);

/// How much of the start's transient is left, 1 at 0 s.
double transient_at(double clock_s);

}  // namespace joulecast::step
