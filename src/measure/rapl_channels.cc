#include "measure/rapl_channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

namespace joulecast::measure {
namespace {

constexpr Seconds kUpdatePeriod{0.001};  // Intel SDM, volume 3B, "Energy Reporting"

std::string id_of(const RaplZone& zone) {
  if (zone.is_package()) return fmt::format("cpu{}", zone.number);
  if (zone.is_dram()) return fmt::format("dram{}", zone.number);
  return fmt::format("cpu{}-{}", zone.number, zone.part);
}

std::optional<std::size_t> index_of(const std::string& id, std::span<const Channel> channels) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].device.id == id) return i;
  }
  return std::nullopt;
}

Channel total(const RaplZone& zone, std::string id, DeviceKind kind, double gain_error) {
  return {.device = {.id = std::move(id),
                     .kind = kind,
                     .name = zone.part.empty() ? zone.package : zone.package + " " + zone.part,
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

Channel part(Channel channel, std::size_t of) {
  channel.role = Channel::Role::kPart;
  channel.of = of;
  return channel;
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

Finding not_opened(std::string what, const RaplZone& zone) {
  const std::string file = "/sys/class/powercap/" + zone.entry + "/energy_uj";
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

/// About the zones of one kind: what was opened of them, or why nothing could be.
template <typename IsKind>
Finding about(std::string what, const RaplZones& found, IsKind is_kind,
              std::vector<std::string> opened) {
  const auto zone = std::find_if(found.zones.begin(), found.zones.end(), is_kind);
  if (zone == found.zones.end()) {
    return finding(std::move(what), Finding::State::kAbsent,
                   found.powercap ? "/sys/class/powercap has none"
                                  : "there is no /sys/class/powercap (not this processor's, not in "
                                    "this container or virtual machine)");
  }
  if (opened.empty()) return not_opened(std::move(what), *zone);
  auto result = finding(std::move(what), Finding::State::kWorks,
                        fmt::format("energy counters in /sys/class/powercap: {}", opened.size()));
  result.devices = std::move(opened);
  return result;
}

std::vector<std::string> ids_of(std::span<const Channel> channels, DeviceKind kind) {
  std::vector<std::string> ids;
  for (const Channel& channel : channels) {
    if (channel.device.kind == kind && channel.role == Channel::Role::kTotal) {
      ids.push_back(channel.device.id);
    }
  }
  return ids;
}

}  // namespace

std::optional<Channel> rapl_channel(const RaplZone& zone, std::span<const Channel> earlier,
                                    double gain_error) {
  if (zone.is_package()) return total(zone, id_of(zone), DeviceKind::kCpu, gain_error);
  if (zone.is_dram()) return total(zone, id_of(zone), DeviceKind::kRam, gain_error);
  if (zone.is_platform()) {
    if (earlier.empty()) return total(zone, "node", DeviceKind::kNode, gain_error);
    return part(total(zone, "psys", DeviceKind::kNode, gain_error), 0);
  }
  const auto package = index_of(fmt::format("cpu{}", zone.number), earlier);
  if (!package) return std::nullopt;
  return part(total(zone, id_of(zone), DeviceKind::kCpu, gain_error), *package);
}

std::vector<Finding> rapl_findings(const RaplZones& found, std::span<const Channel> channels) {
  std::vector<Finding> findings;
  findings.push_back(about(
      "CPU package energy (RAPL)", found, [](const RaplZone& zone) { return zone.is_package(); },
      ids_of(channels, DeviceKind::kCpu)));
  if (!found.left_out.empty()) {
    findings.back().detail +=
        fmt::format("; left out, being the same meters again: {}", fmt::join(found.left_out, ", "));
  }
  findings.push_back(about(
      "DRAM energy (RAPL)", found, [](const RaplZone& zone) { return zone.is_dram(); },
      ids_of(channels, DeviceKind::kRam)));
  const auto is_platform = [](const RaplZone& zone) { return zone.is_platform(); };
  if (std::none_of(found.zones.begin(), found.zones.end(), is_platform)) return findings;

  const bool around = index_of("psys", channels).has_value();
  findings.push_back(
      about("platform energy (RAPL psys)", found, is_platform,
            around ? std::vector<std::string>{"psys"} : ids_of(channels, DeviceKind::kNode)));
  if (around) findings.back().detail += "; it contains the packages: shown, never added to them";
  return findings;
}

}  // namespace joulecast::measure
