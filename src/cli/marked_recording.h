// A recording cut into epochs: by its own marks, by marks that stand elsewhere, or by its power.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "joulecast/base/result.h"
#include "joulecast/run/integrate.h"
#include "report/power_thumbnail.h"

namespace joulecast::cli {

/// Where the epochs come from, if the recording does not say: at most one of them is set.
struct MarkOptions {
  std::string marks_file;  ///< A CSV of epoch,start_s,end_s.
  std::string log_file;    ///< The training's log, with log_pattern.
  std::string log_pattern;
  bool detect = false;  ///< Find them in the power trace.

  void add_to(CLI::App& command);
  bool any() const { return !marks_file.empty() || !log_file.empty() || detect; }
};

struct MarkedRecording {
  readers::ReadReport report;
  EpochRun run;
  std::vector<report::PowerThumbnail::Point> power;
  /// What finding the epochs was told, for Forecast::told; usually nothing.
  std::vector<std::string> told;
};

Result<MarkedRecording> read_marked(const RunOptions& options, const MarkOptions& marks);

}  // namespace joulecast::cli
