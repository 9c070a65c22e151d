// What `joulecast fit` fitted, on what, and how good it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/pre/estimator_file.h"
#include "joulecast/pre/validate.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// One target and how well set-ups are estimated that a fold left out; absent: not judged.
struct FittedTarget {
  pre::Target target = pre::Target::kPower;
  std::int64_t rows = 0;
  std::optional<pre::Scores> random, grouped;
};

struct FitReport {
  std::string file, estimator;
  std::int64_t rows = 0, configurations = 0;
  std::vector<FittedTarget> targets;
  pre::FitProvenance provenance;
};

/// joulecast.fit/1
Json fit_json(const FitReport& report);
std::string fit_text(const FitReport& report, const Terminal& terminal);

}  // namespace joulecast::report
