// A recorded training as the accuracy tables judge it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/run/integrate.h"
#include "joulecast/run/run.h"

namespace joulecast::accuracy {

struct NamedRun {
  std::string name;
  EpochRun run;  ///< Every epoch with its energy, > 0.
  Plan plan;     ///< Its unit is one that every epoch has work in.
  std::optional<Watts> power_limit;
  /// What else the user would have said before the start.
  std::optional<double> evaluations;
  bool evaluations_expected = false;
  std::optional<double> events_every;
  /// The power itself, for moments within an epoch; empty where only sums were recorded.
  std::vector<Trace> traces;
};

/// Runs that are judged together, and when.
struct DataSet {
  std::string name;
  std::vector<NamedRun> runs;
  std::vector<std::size_t> epochs_seen = {1, 2, 3, 5, 10, 15};
  std::vector<double> fractions;          ///< Of the training's work; within epochs too.
  std::size_t change_after = 0;           ///< Two-phase: epochs before the change; 0: one phase.
  std::vector<std::size_t> pool_from{2};  ///< Pooled coverage over all k from each of these on.
  bool constructed = false;               ///< Out of another set's runs: no evidence of alarms.
};

}  // namespace joulecast::accuracy
