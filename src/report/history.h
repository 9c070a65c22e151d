// What was expected of trainings before and while they ran, beside what they took.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/run/forecast.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// One expectation of a run, and how it turned out. Outcome, error and within are absent where the
/// run did not come to its end or was not measured whole.
struct Expected {
  double fraction = 0.0;  ///< Of the epochs that had been seen; 0: before it began.
  std::optional<Estimate<Joules>> energy;
  std::optional<Estimate<Seconds>> duration;
  /// What it is held against: for an estimate the epochs alone, of the devices that estimates speak
  /// of; for a projection the whole run.
  std::optional<Joules> energy_outcome;
  std::optional<Seconds> duration_outcome;

  std::optional<double> energy_error() const;    ///< Expected / outcome - 1.
  std::optional<double> duration_error() const;  ///< Likewise.
  std::optional<bool> within() const;            ///< The energy's outcome within its interval.
};

struct HistoryRow {
  std::string id, started, state, what;
  std::optional<Expected> estimate;
  std::vector<Expected> projections;  ///< After a tenth and after half of the epochs.
  std::optional<Joules> energy;       ///< Of the whole run; absent: not ended well.
  std::optional<Seconds> duration;
  std::size_t epochs = 0;
};

struct History {
  std::string store;
  std::vector<HistoryRow> rows;  ///< The newest first.
};

/// joulecast.history/1
Json history_json(const History& history);
std::string history_text(const History& history, const Terminal& terminal);

}  // namespace joulecast::report
