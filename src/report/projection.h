// A projection as people and as programs read it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/readers/reader.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/integrate.h"
#include "report/json.h"
#include "report/plot.h"
#include "report/power_thumbnail.h"
#include "report/terminal.h"

namespace joulecast::report {

struct ProjectionReport {
  std::string name;  ///< What the user called the recording.
  readers::ReadReport read;
  EpochRun run;
  std::vector<Forecast> forecasts;           ///< forecasts[k-1]: after epoch k.
  std::vector<PowerThumbnail::Point> power;  ///< Empty: there are no samples to draw.
  /// Whether the recording holds all epochs of the plan, so that its sums are the outcome.
  bool complete = false;
};

/// joulecast.projection/1
Json projection_json(const ProjectionReport& report);

/// The charts of power with epochs (if there are samples) and of the projection's cone (if the
/// method answered).
std::vector<Plot> projection_plots(const ProjectionReport& report);

/// A table, and if asked for the charts of power and of the projection's cone.
std::string projection_text(const ProjectionReport& report, const Terminal& terminal, bool charts);

}  // namespace joulecast::report
