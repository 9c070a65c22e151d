// Where this host's speed is kept.
#pragma once

#include <filesystem>
#include <string>

#include "joulecast/base/result.h"

namespace joulecast::cli {

/// host-HOST.json beside the wall calibration, or in `folder` where that is not empty: a folder
/// that several hosts share holds one file for each. hardware::stored_host_speed reads it. Errors:
/// where settings are kept is not known.
Result<std::filesystem::path> host_speed_file(const std::string& folder = {});

}  // namespace joulecast::cli
