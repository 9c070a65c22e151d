// Recorded and stored runs under every method.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/store_options.h"
#include "joulecast/analysis/comparison.h"
#include "joulecast/base/result.h"

namespace joulecast::cli {

struct CompareRunsRequest {
  std::vector<std::string> runs;  ///< Paths or names of stored runs; empty: all of the store.
  StoreOptions store;
  std::string format;  ///< As readers::ReadOptions has it.
  bool detect_epochs = false;
  std::string facts_file;          ///< Empty: none.
  std::vector<std::string> facts;  ///< "name=value", of every run.
  std::vector<std::size_t> moments = {1, 3, 15};
  std::vector<std::string> fit_on;       ///< Tables that the estimators are fitted on.
  std::string columns;                   ///< Their mapping; empty: recognised.
  std::vector<std::string> fit_without;  ///< "column=value": rows that are left out of the fit.
  std::string estimator;                 ///< A file of `joulecast fit`; empty: none.
};

struct ComparedRuns {
  analysis::Comparison comparison;
  std::vector<std::string> notes;
};

/// One run after the other, each in bounded memory. Errors: the first run that cannot be used; of a
/// whole store those are left out with a note, and none left is the error.
Result<ComparedRuns> compare_runs(const CompareRunsRequest& request);

}  // namespace joulecast::cli
