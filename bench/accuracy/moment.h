// When a training is asked for its total, and what was spent by then.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "joulecast/step/online_projector.h"
#include "named_run.h"

namespace joulecast::accuracy {

struct Moment {
  std::size_t epochs = 0;  ///< Ended by then; at least one, fewer than the run has.
  std::optional<step::RunningEpoch> running;  ///< The epoch under way, if one is.
  double spent_j = 0.0;
  double done = 0.0;  ///< Training work, in the plan's unit.
};

double total_joules(const NamedRun& run);
double total_work(const NamedRun& run);
/// Training work of the epoch with this index.
double work_at(const NamedRun& run, std::size_t index);

/// After so many epochs; absent where the run has not more.
std::optional<Moment> after_epochs(const NamedRun& run, std::size_t epochs);

/// When this part of the training work is done; absent before the first epoch has ended, or where
/// the moment lies within an epoch whose power was not recorded. Training is taken to go on evenly
/// from an epoch's start to its evaluation.
std::optional<Moment> at_fraction(const NamedRun& run, double fraction);

}  // namespace joulecast::accuracy
