// One stored run as people and as programs read it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/store/record.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct RunRecordReport {
  std::filesystem::path folder;
  store::RunRecord record;
  /// What each device took, of the whole run or as far as is known; empty: nothing was measured.
  std::vector<MeasuredEnergy> devices;
};

/// joulecast.show/1
Json run_record_json(const RunRecordReport& report);
std::string run_record_text(const RunRecordReport& report, const Terminal& terminal);

/// A forecast that was made when so much of the run was done, against what the run took.
struct ForecastCheck {
  double fraction = 0.0;  ///< 0: before it began.
  Forecast forecast;
  double error = 0.0;  ///< Relative: 0.1 is a tenth too much.
};
/// At the beginning, a tenth, a fifth and half of a run that ended well; else none.
std::vector<ForecastCheck> forecast_checks(const store::RunRecord& record);

}  // namespace joulecast::report
