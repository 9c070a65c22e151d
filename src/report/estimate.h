// An estimate before training, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/carbon/carbon.h"
#include "joulecast/pre/training_estimate.h"
#include "joulecast/step/early_stopping.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// After how many epochs a training with early stopping will end.
struct EstimatedStopping {
  std::string rule;  ///< As it was given.
  std::size_t past_runs = 0;
  step::StoppingDistribution distribution;
};

struct EstimateReport {
  pre::TrainingEstimate estimate;  ///< With early stopping its total is of the epochs it may take.
  std::string estimator;           ///< The file's name, or "default".
  pre::FitProvenance provenance;
  carbon::Rates rates;
  std::optional<EstimatedStopping> stopping;
  std::vector<std::string> probes;  ///< Ids of those that corrected the estimator.
};

/// joulecast.estimate/1
Json estimate_json(const EstimateReport& report);
std::string estimate_text(const EstimateReport& report, const Terminal& terminal);

}  // namespace joulecast::report
