// An estimate before training, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "joulecast/carbon/carbon.h"
#include "joulecast/pre/training_estimate.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// A feature of the set-up that lies outside what the estimator was fitted on.
struct OutsideFeature {
  std::string feature;
  double value, low, high;  ///< `low` to `high` was seen.
};

struct EstimateReport {
  pre::TrainingEstimate estimate;
  std::string estimator;               ///< Its method and file.
  std::vector<std::string> fitted_on;  ///< One line a source.
  std::vector<OutsideFeature> outside;
  carbon::Rates rates;
};

/// joulecast.estimate/1
Json estimate_json(const EstimateReport& report);
std::string estimate_text(const EstimateReport& report, const Terminal& terminal);

}  // namespace joulecast::report
