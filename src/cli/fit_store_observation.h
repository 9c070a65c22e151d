// A stored run as an observation to fit on.
#pragma once

#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"
#include "joulecast/store/record.h"

namespace joulecast::cli {

/// Whose joules an estimate speaks of: the GPUs and the memory, or where there is no GPU, or the
/// CPU was said to train, the CPU (or the whole node) and the memory. One flag a device of the
/// record.
std::vector<bool> estimated_devices(const store::RunRecord& run);

/// Their joules of one block. Absent where one of them was not measured for most of it.
std::optional<Joules> estimated_energy(const std::vector<bool>& counted,
                                       const std::vector<MeasuredEnergy>& devices,
                                       Seconds duration);

struct StoredObservation {
  pre::Observation observation;
  /// Blocks that were used, of how many; steps where it counts by them, and the blocks left out at
  /// the beginning as warm-up.
  std::size_t used = 0, warm_up = 0;
  double steps = 0.0;  ///< 0: whole epochs.
  std::vector<Origin> origins;
};

/// A run whose blocks are epochs gives their mean; one whose blocks are steps or samples (a probe,
/// a plan in steps) gives an epoch without validation of as many steps as its set-up has. Blocks
/// that were not measured whole are left out. Errors: it does not say what was trained, nothing was
/// measured, too little of a run under way, epochs that are not those of the set-up.
Result<StoredObservation> observation_of(const store::RunRecord& run);

}  // namespace joulecast::cli
