// Where what is known of this host is kept.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::cli {

/// As the system calls this host.
std::string host_name();

/// $XDG_CONFIG_HOME/joulecast/NAME, or ~/.config/... Errors: neither is known.
Result<std::filesystem::path> settings_file(std::string_view name);

}  // namespace joulecast::cli
