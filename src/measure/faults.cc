#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "joulecast/measure/replay.h"

namespace joulecast::measure {
namespace {

constexpr std::array<std::string_view, 6> kKindNames = {
    "gpu-lost", "counter-reset", "counter-stuck", "counter-wrap", "permission-lost", "unreadable"};

Error wrong_fault(std::string_view fault, std::string_view why) {
  return Error{fmt::format("fault {}: {}; write it as counter-reset@60s or unreadable@10s+5s",
                           quoted(fault), why)};
}

Result<InjectedFault::Kind> parse_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (name == kKindNames[i]) return static_cast<InjectedFault::Kind>(i);
  }
  const auto meant = nearest(name, kKindNames);
  return Error{fmt::format("fault {} is not known{}; there are {}", quoted(name),
                           meant ? fmt::format(" (did you mean {}?)", *meant) : std::string(),
                           fmt::join(kKindNames, ", "))};
}

/// "30s", "5min", "2h" or plain seconds.
std::optional<double> parse_seconds(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 3> kUnits = {
      {{"min", 60.0}, {"h", 3600.0}, {"s", 1.0}}};
  double unit_s = 1.0;
  for (const auto& [suffix, seconds] : kUnits) {
    if (!text.ends_with(suffix)) continue;
    text.remove_suffix(suffix.size());
    unit_s = seconds;
    break;
  }
  const auto number = parse_number(text);
  if (!number || !std::isfinite(*number) || *number < 0.0) return std::nullopt;
  return *number * unit_s;
}

bool may_last(InjectedFault::Kind kind) {
  return kind == InjectedFault::Kind::kUnreadable || kind == InjectedFault::Kind::kCounterStuck;
}

Result<InjectedFault> parse_fault(std::string_view text) {
  const auto at = text.find('@');
  const auto kind = parse_kind(trim(text.substr(0, at)));
  if (!kind) return kind.error();
  if (at == std::string_view::npos) return wrong_fault(text, "it does not say when");
  const std::string_view times = text.substr(at + 1);
  const auto plus = times.find('+');
  const auto start_s = parse_seconds(times.substr(0, plus));
  if (!start_s) return wrong_fault(text, "its time is no number of seconds from 0 on");
  InjectedFault fault{.kind = *kind, .at_s = *start_s, .duration_s = 0.0};
  if (plus == std::string_view::npos) return fault;
  if (!may_last(*kind)) return wrong_fault(text, "this kind has no duration");
  const auto duration_s = parse_seconds(times.substr(plus + 1));
  if (!duration_s || *duration_s == 0.0) {
    return wrong_fault(text, "its duration is no number of seconds above 0");
  }
  fault.duration_s = *duration_s;
  return fault;
}

}  // namespace

Result<std::vector<InjectedFault>> parse_faults(std::string_view text) {
  std::vector<InjectedFault> faults;
  while (true) {
    const auto comma = text.find(',');
    const auto fault = parse_fault(trim(text.substr(0, comma)));
    if (!fault) return fault.error();
    faults.push_back(*fault);
    if (comma == std::string_view::npos) return faults;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace joulecast::measure
