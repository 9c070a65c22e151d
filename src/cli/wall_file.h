// Where this host's wall calibration is kept.
#pragma once

#include <filesystem>
#include <optional>

#include "joulecast/base/result.h"
#include "joulecast/measure/calibration.h"

namespace joulecast::cli {

/// $XDG_CONFIG_HOME/joulecast/wall-HOST, or ~/.config/...; a home folder that several hosts share
/// holds one file for each. Errors: neither is known.
Result<std::filesystem::path> wall_file();

/// The calibration, if one was made. Errors: the file is there and cannot be read.
Result<std::optional<measure::WallCalibration>> host_calibration();

}  // namespace joulecast::cli
