// A recording, projected as if it were under way: every method on the same run, epoch by epoch.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/integrate.h"
#include "joulecast/step/early_stopping.h"
#include "joulecast/step/online_projector.h"
#include "joulecast/step/projector.h"

namespace joulecast::analysis {

/// The names that ReplayRequest::method may have; the first is the default.
inline constexpr std::array<std::string_view, 4> kMethods = {"joulecast", "first-epochs",
                                                             "step-power", "step-epoch"};

/// What the user says of the training, and the method to project it with.
struct ReplayRequest {
  std::string method = std::string(kMethods.front());
  /// What the work is counted in; absent: as the recording says.
  std::optional<WorkUnit> unit;
  /// The whole training's work. Absent: the recording holds it all, and the method is told so.
  std::optional<double> total;
  std::optional<Seconds> duration;  ///< The whole training's, for step-power.
  std::vector<double> phases;       ///< Declared phases' work, in order; empty: detect.
  bool open_phases = false;         ///< The last declared phase is followed by one more, the rest.
  std::optional<double> evaluate_every;  ///< Work between two evaluations.
  std::optional<step::EarlyStoppingRule> early_stopping;
  /// Of the GPUs together; absent: as the recording says.
  std::optional<Watts> power_limit;
  step::PublishedOptions published;  ///< coverage counts for every method.
};

struct Replay {
  std::vector<Forecast> forecasts;  ///< forecasts[k-1]: after block k.
  /// Whether the recording holds the whole plan, so that its sums are the outcome.
  bool complete = false;
  WorkUnit unit = WorkUnit::kEpochs;
  /// Of joulecast's own method only: since when the run is stable, as known at its end.
  std::optional<step::Stability> stability;
  std::vector<std::int64_t>
      phase_changes;  ///< Epoch::number where a phase began, as known at the end.
};

/// Projects `run` after each of its epochs. Errors, each one line that begins with `name`: a
/// request that contradicts the run (a total smaller than what was done, phases that do not add up,
/// no work in the unit asked for, no metric), an epoch without energy, no epochs at all.
Result<Replay> replay(const std::string& name, const EpochRun& run, const Plan& recorded,
                      const ReplayRequest& request);

}  // namespace joulecast::analysis
