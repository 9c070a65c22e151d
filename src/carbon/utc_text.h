// Unix time as people read it.
#pragma once

#include <fmt/chrono.h>

#include <cmath>
#include <ctime>
#include <string>

namespace joulecast::carbon {

/// "2026-11-23T17:00Z", to the minute.
inline std::string utc_text(double unix_s) {
  const auto minute = static_cast<std::time_t>(std::floor(unix_s / 60.0 + 0.5)) * 60;
  return fmt::format("{:%Y-%m-%dT%H:%MZ}", fmt::gmtime(minute));
}

}  // namespace joulecast::carbon
