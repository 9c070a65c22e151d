// Where a run's regimes begin, as people and as programs read it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/readers/reader.h"
#include "joulecast/run/run.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct StabilityReport {
  struct Regime {
    std::size_t index = 0;  ///< Sample of the device's trace at which it begins.
    double time_s = 0.0;
    double cac =
        0.0;  ///< Corrected arc curve there, 0 to 1; low: few arcs cross, a clear boundary.
  };
  std::string name;
  readers::ReadReport read;
  Run run;
  std::size_t device = 0;  ///< The trace that was looked at.
  std::string method;
  std::vector<Regime> regimes;  ///< In the order found, the clearest first.
};

/// joulecast.stability/1
Json stability_json(const StabilityReport& report);
std::string stability_text(const StabilityReport& report, const Terminal& terminal);

}  // namespace joulecast::report
