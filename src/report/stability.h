// Since when a run is stable, as people and as programs read it.
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
  /// A change in the run's behaviour.
  struct Regime {
    double time_s = 0.0;
    std::optional<std::int64_t> epoch;  ///< Under way there, or beginning there.
    std::optional<std::size_t> index;   ///< Sample of the device's trace.
    /// Corrected arc curve there, 0 to 1; low: few arcs cross, a clear boundary.
    std::optional<double> cac;
  };
  std::string name;
  readers::ReadReport read;
  std::vector<Device> devices;
  std::string method;
  std::optional<std::string> device;  ///< Whose power was looked at, if one device's was.
  std::vector<Regime> regimes;        ///< fluss: the clearest first; joulecast: in order of time.
  std::optional<Regime> stable_from;
  /// joulecast's method only.
  std::optional<bool> stable;
  std::optional<int> phase;
  std::optional<double> confidence;
};

/// joulecast.stability/1
Json stability_json(const StabilityReport& report);
std::string stability_text(const StabilityReport& report, const Terminal& terminal);

}  // namespace joulecast::report
