// The one JSON form of a host's speed: in its file, and in what the command prints.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "joulecast/hardware/host.h"

namespace joulecast::hardware {

/// joulecast.host/1
nlohmann::ordered_json host_json(const HostSpeed& speed);
/// What follows from other members is not read. Errors: what is wrong, without the file's name.
Result<HostSpeed> host_of(std::string_view json);

}  // namespace joulecast::hardware
