#include "measure/rapl_channels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

namespace joulecast::measure {
namespace {

constexpr Seconds kUpdatePeriod{0.001};  // Intel SDM, volume 3B, "Energy Reporting"

std::string name_of(const RaplZone& zone) {
  return zone.part.empty() ? zone.package : zone.package + " " + zone.part;
}

Channel total(const RaplZone& zone, std::string id, DeviceKind kind, double gain_error) {
  return {.device = {.id = std::move(id),
                     .kind = kind,
                     .name = name_of(zone),
                     .origin = Origin::kCounter,
                     .source = "RAPL energy counter (powercap " + zone.entry + ")",
                     .power_limit = std::nullopt},
          .quantity = Channel::Quantity::kEnergy,
          .window = Seconds(0.0),
          .delay = Seconds(0.0),
          .update_period = kUpdatePeriod,
          .range = zone.range,
          .gain_error = gain_error,
          .role = Channel::Role::kTotal,
          .of = 0};
}

Finding finding(std::string what, Finding::State state, std::string detail) {
  return {.source = "rapl",
          .what = std::move(what),
          .state = state,
          .detail = std::move(detail),
          .remedy = "",
          .consequence = "",
          .devices = {}};
}

/// At least one zone, none of which can be read; the first stands for the others.
Finding not_opened(std::string what, const std::vector<const RaplZone*>& zones) {
  const RaplZone& zone = *zones.front();
  std::vector<std::string> names;
  for (const RaplZone* each : zones) names.push_back(name_of(*each));
  const std::string file = fmt::format("{} not measured: /sys/class/powercap/{}/energy_uj",
                                       fmt::join(names, ", "), zone.entry);
  if (zone.trial.fault != Fault::kForbidden) {
    // The kernel answers so where the hypervisor keeps the registers from it.
    const bool no_register = zone.trial.error == ENODATA || zone.trial.error == EIO;
    return finding(std::move(what), Finding::State::kBroken,
                   file + ": " +
                       (no_register ? "the kernel cannot read the meter, as in a virtual "
                                      "machine"
                                    : "does not hold a number"));
  }
  auto result = finding(std::move(what), Finding::State::kForbidden,
                        file +
                            " is for root only; the command lasts until the next reboot, the line "
                            "'z /sys/class/powercap/intel-rapl*:*/energy_uj 0444' in a file of "
                            "/etc/tmpfiles.d for good");
  result.remedy = "sudo chmod a+r /sys/class/powercap/intel-rapl*:*/energy_uj";
  result.consequence =
      "every user of this machine can then watch the power of the others' computations and guess "
      "secrets from it (the PLATYPUS side channel, CVE-2020-8694)";
  return result;
}

/// Adds what is to be said of the zones of one kind: what was opened of them, and why the others
/// could not be.
template <typename IsKind>
void add_about(const char* what, const RaplZones& found, IsKind is_kind,
               std::vector<std::string> opened, std::vector<Finding>& findings) {
  std::vector<const RaplZone*> unread;
  for (const RaplZone& zone : found.zones) {
    if (is_kind(zone) && !zone.trial.ok()) unread.push_back(&zone);
  }
  if (opened.empty() && unread.empty()) {
    findings.push_back(
        finding(what, Finding::State::kAbsent,
                found.powercap ? "/sys/class/powercap has none"
                               : "there is no /sys/class/powercap (not this processor's, not in "
                                 "this container or virtual machine)"));
  }
  if (!opened.empty()) {
    findings.push_back(
        finding(what, Finding::State::kWorks,
                fmt::format("energy counters in /sys/class/powercap: {}", opened.size())));
    findings.back().devices = std::move(opened);
  }
  if (!unread.empty()) findings.push_back(not_opened(what, unread));
}

std::vector<std::string> ids_of(std::span<const Channel> channels, DeviceKind kind) {
  std::vector<std::string> ids;
  for (const Channel& channel : channels) {
    if (channel.device.kind == kind) ids.push_back(channel.device.id);
  }
  return ids;
}

}  // namespace

std::optional<Channel> rapl_channel(const RaplZone& zone, std::span<const Channel> earlier,
                                    double gain_error) {
  if (zone.is_package()) {
    return total(zone, fmt::format("cpu{}", zone.number), DeviceKind::kCpu, gain_error);
  }
  if (zone.is_dram()) {
    return total(zone, fmt::format("dram{}", zone.number), DeviceKind::kRam, gain_error);
  }
  if (!zone.is_platform() || !earlier.empty()) return std::nullopt;
  return total(zone, "node", DeviceKind::kNode, gain_error);
}

std::vector<Finding> rapl_findings(const RaplZones& found, std::span<const Channel> channels) {
  std::vector<Finding> findings;
  add_about(
      "CPU package energy (RAPL)", found, [](const RaplZone& zone) { return zone.is_package(); },
      ids_of(channels, DeviceKind::kCpu), findings);
  std::vector<std::string> inside;
  for (const RaplZone& zone : found.zones) {
    if (!zone.part.empty() && !zone.is_dram()) inside.push_back(zone.entry);
  }
  if (!inside.empty()) {
    findings.front().detail +=
        fmt::format("; left out, being inside the package: {}", fmt::join(inside, ", "));
  }
  if (!found.left_out.empty()) {
    findings.front().detail +=
        fmt::format("; left out, being the same meters again: {}", fmt::join(found.left_out, ", "));
  }
  add_about(
      "DRAM energy (RAPL)", found, [](const RaplZone& zone) { return zone.is_dram(); },
      ids_of(channels, DeviceKind::kRam), findings);
  const auto is_platform = [](const RaplZone& zone) { return zone.is_platform(); };
  if (std::none_of(found.zones.begin(), found.zones.end(), is_platform)) return findings;

  constexpr const char* kPlatform = "platform energy (RAPL psys)";
  auto node = ids_of(channels, DeviceKind::kNode);
  if (node.empty() && !channels.empty()) {
    findings.push_back(
        finding(kPlatform, Finding::State::kWorks, "left out: it contains the packages"));
  } else {
    add_about(kPlatform, found, is_platform, std::move(node), findings);
  }
  return findings;
}

}  // namespace joulecast::measure
