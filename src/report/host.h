// How fast a host is, for people and for programs.
#pragma once

#include <string>

#include "hardware/host_json.h"
#include "joulecast/hardware/host.h"

namespace joulecast::report {

using hardware::host_json;  ///< joulecast.host/1

std::string host_text(const hardware::HostSpeed& speed);

}  // namespace joulecast::report
