// What of this machine the process may use: a container or a batch job has often only a part.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::hardware {

struct HostLimits {
  int cores = 1;                            ///< Logical processors.
  std::optional<double> free_memory_bytes;  ///< Without what the system would have to drop.
  std::optional<double> last_level_cache_bytes;
};

/// By the system, and by the control groups (version 2) and caches under <root>/proc, <root>/sys.
HostLimits host_limits(const std::string& root);

/// "32K", "480M", "491520K" in bytes.
std::optional<double> parse_cache_size(std::string_view text);

}  // namespace joulecast::hardware
