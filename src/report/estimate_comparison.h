// Many estimates side by side, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "joulecast/carbon/carbon.h"
#include "joulecast/pre/comparison.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct EstimateComparisonReport {
  pre::Comparison comparison;
  std::vector<std::string> varied;  ///< The settings that have several values: one column each.
  double slower = 0.0;              ///< As compare_set_ups() was asked.
  std::string estimator;
  carbon::Rates rates;
};

/// joulecast.estimates/1
Json estimate_comparison_json(const EstimateComparisonReport& report);
/// At most `rows` of them; 0: all.
std::string estimate_comparison_text(const EstimateComparisonReport& report, std::size_t rows,
                                     const Terminal& terminal);

}  // namespace joulecast::report
