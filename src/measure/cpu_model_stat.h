// How busy the processors were, of /proc/stat.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace joulecast::measure {

/// Ticks since boot, of all processors together.
struct CpuTicks {
  std::uint64_t busy = 0;  ///< Working; neither idle, nor waiting for a disk, nor the hypervisor's.
  std::uint64_t total = 0;
};

/// The first line of /proc/stat. Does not allocate. Absent: not such a line.
std::optional<CpuTicks> parse_cpu_ticks(std::string_view text);

}  // namespace joulecast::measure
