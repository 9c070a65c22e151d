// What every estimator answers with: ours, the published ones, and other tools' formulas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/run/provenance.h"

namespace joulecast {

/// A value and the interval that contains the truth with the forecast's nominal coverage. A bound
/// is absent where the method cannot say how sure it is; low <= value <= high otherwise.
template <typename Q>
struct Estimate {
  Q value;
  std::optional<Q> low, high;
};

/// One of the causes that make an interval as wide as it is, named so that one sees what would
/// narrow it: "noise", "drift", "meter", "phases", "events", "evaluations", "stopping".
struct IntervalPart {
  std::string cause;
  Joules energy;     ///< One standard deviation of the total due to it.
  Seconds duration;  ///< The same of the duration.
};

/// The whole training's energy, time and mean power as seen at one moment.
struct Forecast {
  std::string method;
  std::int64_t epochs_seen = 0;  ///< Blocks of work known when it was made; nothing later is used.
  std::string phase;             ///< The phase under way; empty where nobody said.
  bool stable = false;           ///< Whether the method holds the run to be past its warm-up.
  /// Absent where the method cannot answer yet.
  std::optional<Estimate<Joules>> energy;
  std::optional<Estimate<Seconds>> duration;
  std::optional<Estimate<Watts>> power;
  double coverage = 0.9;            ///< Nominal coverage of the intervals, in (0, 1).
  std::vector<IntervalPart> parts;  ///< The intervals' parts; independent, so they add in squares.
  /// What the figures rest on that may turn out otherwise, e.g. "holds if no further phase comes".
  std::vector<std::string> notes;
  /// The origins of the joules that it was computed from.
  std::vector<Origin> origins;
  /// What it was told that nobody knows while the training runs, e.g. "true duration: 540.2 s".
  std::vector<std::string> told;
};

}  // namespace joulecast
