#include "measure/perf_energy_pmu.h"

#include <charconv>
#include <utility>

#include "base/text.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

constexpr int kMostCpus = 1 << 16;  // against lists that are not meant so

/// "event=0x02", which is all that the power PMU's format has.
std::optional<std::uint64_t> parse_config(std::string_view text) {
  constexpr std::string_view kStart = "event=0x";
  constexpr int kHex = 16;
  if (!text.starts_with(kStart)) return std::nullopt;
  text.remove_prefix(kStart.size());
  std::uint64_t config = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), config, kHex);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return config;
}

std::optional<PerfEnergyEvent> read_event(const std::string& folder, const std::string& name) {
  const std::string file = folder + "events/" + name;
  const auto config = parse_config(read_line(file).value);
  const auto scale = read_number(file + ".scale");
  if (!config || !scale.ok() || read_line(file + ".unit").value != "Joules") return std::nullopt;
  return PerfEnergyEvent{.name = name, .config = *config, .joules_per_count = scale.value};
}

}  // namespace

std::vector<int> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  while (!text.empty()) {
    const std::string_view range = text.substr(0, text.find(','));
    text.remove_prefix(range.size() == text.size() ? text.size() : range.size() + 1);
    const auto dash = range.find('-');
    const auto first = parse_integer(range.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : parse_integer(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last >= kMostCpus) return {};
    for (auto cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

std::optional<PerfEnergyPmu> find_perf_energy_pmu(const std::string& root) {
  const std::string folder = root + "/sys/bus/event_source/devices/power/";
  const auto type = read_number(folder + "type");
  if (!type.ok() || type.value < 0.0) return std::nullopt;
  PerfEnergyPmu pmu{.type = static_cast<std::uint32_t>(type.value),
                    .cpus = parse_cpu_list(read_line(folder + "cpumask").value),
                    .events = {}};
  // Cores are inside the package, and the platform around it.
  for (const char* name : {"energy-pkg", "energy-ram"}) {
    if (auto event = read_event(folder, name)) pmu.events.push_back(std::move(*event));
  }
  return pmu;
}

}  // namespace joulecast::measure
