// An estimate before training, for people and for programs.
#pragma once

#include <string>

#include "joulecast/carbon/carbon.h"
#include "joulecast/pre/training_estimate.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct EstimateReport {
  pre::TrainingEstimate estimate;
  std::string estimator;  ///< The file's name, or "default".
  pre::FitProvenance provenance;
  carbon::Rates rates;
};

/// joulecast.estimate/1
Json estimate_json(const EstimateReport& report);
std::string estimate_text(const EstimateReport& report, const Terminal& terminal);

}  // namespace joulecast::report
