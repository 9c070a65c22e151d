// What live providers answer. For live.cc and its tests.
#pragma once

#include <string_view>

#include "joulecast/carbon/carbon.h"

namespace joulecast::carbon {

/// {"zone": "ES", "carbonIntensity": 146, "datetime": "...", "isEstimated": false, ...}
Result<Intensity> parse_electricitymaps(std::string_view body);
/// {"data": [{"from": "...", "to": "...", "intensity": {"forecast": 266, "actual": 263}}]}
Result<Intensity> parse_carbonintensity(std::string_view body);

}  // namespace joulecast::carbon
