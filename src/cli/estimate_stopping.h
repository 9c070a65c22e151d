// Early stopping in an estimate: how many epochs a training will have.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/store_options.h"
#include "joulecast/base/result.h"
#include "joulecast/pre/settings.h"
#include "report/estimate.h"

namespace joulecast::cli {

struct StoppingOptions {
  std::string rule, past, past_epochs;

  /// --early-stopping, --past, --past-epochs.
  void add_to(CLI::App& command);
  bool given() const { return !rule.empty() || !past.empty() || !past_epochs.empty(); }
};

/// The distribution of the last epoch: by past runs (of the store, or their epochs as given), else
/// by the rule alone. The cap is the rule's max, else the epochs that were said. Errors: a rule
/// that is none, no cap, past runs without a rule, none found.
Result<report::EstimatedStopping> stopping_of(const StoppingOptions& options,
                                              const StoreOptions& store,
                                              const pre::SaidSettings& said);

/// The total of as many epochs as the distribution says, in place of the plan's.
void apply(const report::EstimatedStopping& stopping, pre::TrainingEstimate& estimate);

}  // namespace joulecast::cli
