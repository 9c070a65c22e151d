// A measured training as an estimator file keeps it.
#pragma once

#include <nlohmann/json.hpp>

#include "joulecast/pre/set_up.h"
#include "pre/json_fields.h"

namespace joulecast::pre {

/// Every field; what is absent is 0 or "".
nlohmann::json observation_json(const Observation& observation);

/// The same read back; JsonFields remembers what is wrong.
Observation read_observation(JsonFields& fields);

}  // namespace joulecast::pre
