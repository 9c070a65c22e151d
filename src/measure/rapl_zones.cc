#include "measure/rapl_zones.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace joulecast::measure {
namespace {

constexpr double kMicro = 1e-6;

/// "intel-rapl:0:1" is part 1 of "intel-rapl:0"; "intel-rapl" itself is no zone.
std::optional<std::string> parent_of(const std::string& entry) {
  const auto first = entry.find(':');
  if (first == std::string::npos) return std::nullopt;
  const auto last = entry.rfind(':');
  return last == first ? entry : entry.substr(0, last);
}

std::optional<RaplZone> open_zone(const std::string& folder, const std::string& entry) {
  const auto parent = parent_of(entry);
  if (!parent) return std::nullopt;
  std::string package = read_line(folder + *parent + "/name").value;
  std::string part = *parent == entry ? "" : read_line(folder + entry + "/name").value;
  if (package.empty() || (*parent != entry && part.empty())) return std::nullopt;

  HeldFile energy(folder + entry + "/energy_uj");
  const auto trial = energy.read_number();
  if (trial.fault == Fault::kUnsupported) return std::nullopt;  // a zone without a meter
  const auto range = read_number(folder + entry + "/max_energy_range_uj");
  return RaplZone{.entry = entry,
                  .package = std::move(package),
                  .part = std::move(part),
                  .number = 0,
                  .energy_uj = std::move(energy),
                  .trial = trial,
                  .range = Joules(range.ok() ? range.value * kMicro : 0.0)};
}

/// psys after the packages, package-2 before package-10, a package before its parts.
auto place(const RaplZone& zone) {
  return std::tuple(zone.package == "psys", zone.package.size(), std::string_view(zone.package),
                    std::string_view(zone.part));
}

bool same_meter(const RaplZone& a, const RaplZone& b) { return place(a) == place(b); }

}  // namespace

RaplZones find_rapl_zones(const std::string& root) {
  RaplZones found;
  const std::string folder = root + "/sys/class/powercap/";
  // list_folder() gives shorter names first: "intel-rapl:0" before "intel-rapl-mmio:0".
  for (const std::string& entry : list_folder(folder)) {
    found.powercap = true;
    if (auto zone = open_zone(folder, entry)) found.zones.push_back(std::move(*zone));
  }
  std::stable_sort(found.zones.begin(), found.zones.end(), [](const auto& a, const auto& b) {
    return std::tuple(place(a), !a.trial.ok()) < std::tuple(place(b), !b.trial.ok());
  });
  std::vector<RaplZone> once;
  for (RaplZone& zone : found.zones) {
    if (!once.empty() && same_meter(once.back(), zone)) {
      found.left_out.push_back(zone.entry);
    } else {
      once.push_back(std::move(zone));
    }
  }
  found.zones = std::move(once);
  for (std::size_t i = 1; i < found.zones.size(); ++i) {
    const RaplZone& before = found.zones[i - 1];
    found.zones[i].number = before.number + (before.package == found.zones[i].package ? 0 : 1);
  }
  return found;
}

}  // namespace joulecast::measure
