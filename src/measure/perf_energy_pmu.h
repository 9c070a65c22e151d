// The kernel's "power" PMU: RAPL through perf_event_open(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::measure {

struct PerfEnergyEvent {
  std::string name;  ///< "energy-pkg", "energy-ram".
  std::uint64_t config = 0;
  double joules_per_count = 0.0;
};

struct PerfEnergyPmu {
  std::uint32_t type = 0;
  std::vector<int> cpus;  ///< One of each package, as the PMU wants to be asked.
  std::vector<PerfEnergyEvent> events;
};

/// Of <root>/sys/bus/event_source/devices/power; absent if there is none. What cannot be understood
/// is left out: a PMU may come without events or CPUs.
std::optional<PerfEnergyPmu> find_perf_energy_pmu(const std::string& root);

/// "0-1,18" as numbers; empty if it is not such a list.
std::vector<int> parse_cpu_list(std::string_view text);

}  // namespace joulecast::measure
