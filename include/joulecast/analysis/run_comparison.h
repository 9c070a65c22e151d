// A recorded training as every method that projects would have seen it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/analysis/comparison.h"
#include "joulecast/analysis/replay.h"
#include "joulecast/base/result.h"
#include "joulecast/run/integrate.h"

namespace joulecast::analysis {

struct RunMoments {
  std::vector<std::size_t> epochs = {1, 3, 15};  ///< joulecast@1, ...
  /// The phases that the user declared, for joulecast alone; as ReplayRequest has them.
  std::vector<double> phases;
  bool open_phases = false;
};

struct RunAnswers {
  Joules energy;  ///< Of all epochs: what the answers are held against.
  Seconds duration;
  std::vector<MethodAnswer> answers;
  std::vector<TrackPoint> track;
};

/// Replays `run`, which holds the whole training: Carbontracker (k = 1 and 3), STEP as published in
/// both forms, and joulecast after every epoch. All are told how many epochs the run had. A method
/// that can answer only once everything is over has no answer. Errors as replay(), and a run of one
/// epoch, which leaves nothing to project.
Result<RunAnswers> run_answers(const std::string& name, const EpochRun& run, const Plan& recorded,
                               const RunMoments& moments);

/// What the run's devices say of the meter; without devices the GPU alone.
MeterScope scope_of(const EpochRun& run);

}  // namespace joulecast::analysis
