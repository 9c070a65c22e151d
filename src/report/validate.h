// How good estimators are, as people and as programs read it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "joulecast/pre/validate.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct Validation {
  pre::Target target = pre::Target::kPower;
  std::string protocol;  ///< "none", "gpu", "train gpu=V100, test gpu=RTX 6000", ...
  int probes = 0;
  std::string probe_rule;
  unsigned seed = 0;
  pre::Scores scores;
};

/// "power", "epoch-energy", "stable-epoch-energy", "time"
std::string_view target_name(pre::Target target);

/// joulecast.validate/1 for one, joulecast.validations/1 for several.
Json validations_json(std::span<const Validation> validations);

/// One is shown with its groups, the worst first; several as a line each.
std::string validations_text(std::span<const Validation> validations, const Terminal& terminal);

}  // namespace joulecast::report
