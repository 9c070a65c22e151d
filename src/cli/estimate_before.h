// An estimate made and kept before a training begins.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/estimate_knowledge.h"
#include "joulecast/pre/settings.h"
#include "joulecast/run/forecast.h"

namespace joulecast::cli {

struct EstimateBefore {
  std::map<std::string, std::string> set_up;  ///< For the record: all that was said.
  std::optional<Forecast> estimate;           ///< Of the whole training.
  std::optional<double> epochs;               ///< Where the plan file says how many.
  std::vector<std::string> notes;             ///< Why there is no estimate, what was not used.
};

/// What was said, for a record.
std::map<std::string, std::string> set_up_record(const pre::SaidSettings& said);

/// Of the plan file; the GPU is this machine's where the file names none. Errors: a file that
/// cannot be used. That no estimate can be made is only a note: the training goes on.
Result<EstimateBefore> estimate_before(const std::string& plan, const KnowledgeOptions& options);

}  // namespace joulecast::cli
