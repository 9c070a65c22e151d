// Changes of phase: found, late, and seen where there was none.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "named_run.h"

namespace joulecast::accuracy {

struct AlarmScore {
  std::string name;
  std::size_t runs = 0;
  /// Runs by how many epochs of the new phase were seen when it was found (delays[1]: after its
  /// first); delays[0]: never, or later than the last one listed. Empty: one-phase runs.
  std::vector<std::size_t> delays;
  /// Runs in which a change was ever held for real where there is none, also one taken back later.
  std::size_t false_alarms = 0;
  std::vector<std::string> missed, alarmed;  ///< Names of runs.
};

/// The change counts as found where it is said to be at its epoch, the one after it or up to two
/// before it: boundaries of epochs that nobody marked are off by parts of them. Runs with phases
/// that their recording names are left out.
AlarmScore score_alarms(const DataSet& set);

/// Found within so many epochs, in per cent of the runs.
double found_within_percent(const AlarmScore& score, std::size_t epochs);

}  // namespace joulecast::accuracy
