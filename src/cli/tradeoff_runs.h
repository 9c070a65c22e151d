// Stored runs as a table, so that they are compared as any other.
#pragma once

#include <string>
#include <vector>

#include "cli/store_options.h"

namespace joulecast::cli {

struct TradeoffRuns {
  /// CSV in joulecast's own column names: what was measured, "accuracy" and "best_accuracy", and a
  /// column for every word "name=value" of the runs' tags and titles.
  std::string csv;
  std::vector<std::string> notes;  ///< Which runs were left out, and why.
};

/// `names`: as in `joulecast show`; empty: every run of the store.
Result<TradeoffRuns> read_tradeoff_runs(const StoreOptions& store,
                                        const std::vector<std::string>& names);

}  // namespace joulecast::cli
