#include "base/quantity_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <string>

#include "base/text.h"

namespace joulecast {
namespace {

struct Unit {
  std::string_view name;
  double factor;  ///< To the unit in which the quantity is kept.
};

constexpr std::array kEnergyUnits = {Unit{"J", 1.0},     Unit{"kJ", 1e3},    Unit{"MJ", 1e6},
                                     Unit{"GJ", 1e9},    Unit{"Wh", 3600.0}, Unit{"kWh", 3.6e6},
                                     Unit{"MWh", 3.6e9}, Unit{"GWh", 3.6e12}};
constexpr std::array kPowerUnits = {Unit{"mW", 1e-3}, Unit{"W", 1.0}, Unit{"kW", 1e3},
                                    Unit{"MW", 1e6}};
constexpr std::array kDurationUnits = {Unit{"ms", 1e-3}, Unit{"s", 1.0},    Unit{"min", 60.0},
                                       Unit{"m", 60.0},  Unit{"h", 3600.0}, Unit{"d", 86400.0},
                                       Unit{"sec", 1.0}};
constexpr std::array kMassUnits = {Unit{"g", 1.0}, Unit{"kg", 1e3}, Unit{"t", 1e6}};

bool is_milli_or_mega(std::string_view unit) {
  return unit.size() > 1 && (unit.front() == 'm' || unit.front() == 'M');
}

bool same_unit(std::string_view text, std::string_view unit) {
  if (to_lower(text) != to_lower(unit)) return false;
  return !is_milli_or_mega(text) || text.front() == unit.front();
}

std::optional<double> factor_of(std::string_view text, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (same_unit(text, unit.name)) return unit.factor;
  }
  return std::nullopt;
}

// What a quantity is, for messages: "an energy", its units, an example.
struct Kind {
  std::string_view what;
  std::string_view example;
  std::span<const Unit> units;
};

std::string unit_names(const Kind& kind) {
  std::string names;
  for (const Unit& unit : kind.units) {
    names += names.empty() ? "" : ", ";
    names += unit.name;
  }
  return names;
}

Error not_a(const Kind& kind, std::string_view text, std::string_view why) {
  return Error{fmt::format("{} is not {}: {}; write a number and one of {}, such as {}",
                           quoted(trim(text)), kind.what, why, unit_names(kind), kind.example)};
}

// The factor of a unit that must be there.
Result<double> need_factor(const Kind& kind, std::string_view text, std::string_view unit) {
  if (unit.empty()) return not_a(kind, text, "it has no unit");
  if (const auto factor = factor_of(unit, kind.units)) return *factor;
  return not_a(kind, text, fmt::format("there is no unit {}", quoted(unit)));
}

Result<double> checked(const Kind& kind, std::string_view text, double value) {
  if (value < 0.0) return not_a(kind, text, "it is negative");
  if (!std::isfinite(value)) return not_a(kind, text, "it is too large");
  return value;
}

Result<double> parse(const Kind& kind, std::string_view text) {
  const auto parts = parse_number_and_unit(text);
  if (!parts) return not_a(kind, text, "it does not begin with a number");
  const auto factor = need_factor(kind, text, parts->unit);
  if (!factor) return factor.error();
  return checked(kind, text, parts->number * *factor);
}

}  // namespace

Result<NumberAndUnit> parse_number_and_unit(std::string_view text) {
  std::string_view rest = trim(text);
  if (rest.starts_with('+')) rest.remove_prefix(1);
  double number = 0.0;
  const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (status != std::errc() || !std::isfinite(number)) {
    return Error{fmt::format("{} does not begin with a number", quoted(trim(text)))};
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return NumberAndUnit{.number = number, .unit = trim(rest)};
}

Result<Joules> parse_energy(std::string_view text) {
  const auto value = parse({"an energy", "2.5kWh", kEnergyUnits}, text);
  if (!value) return value.error();
  return Joules(*value);
}

Result<Watts> parse_power(std::string_view text) {
  const auto value = parse({"a power", "350W", kPowerUnits}, text);
  if (!value) return value.error();
  return Watts(*value);
}

Result<Seconds> parse_duration(std::string_view text) {
  const Kind kind = {"a duration", "1h30min", kDurationUnits};
  std::string_view rest = trim(text);
  double total_s = 0.0;
  do {
    const auto parts = parse_number_and_unit(rest);
    if (!parts) return not_a(kind, text, "a number is missing");
    const std::size_t next = parts->unit.find_first_of("0123456789.+-");
    const auto factor = need_factor(kind, text, trim(parts->unit.substr(0, next)));
    if (!factor) return factor.error();
    const auto part_s = checked(kind, text, parts->number * *factor);
    if (!part_s) return part_s.error();
    total_s += *part_s;
    rest = next == std::string_view::npos ? std::string_view{} : parts->unit.substr(next);
  } while (!rest.empty());
  const auto value = checked(kind, text, total_s);
  if (!value) return value.error();
  return Seconds(*value);
}

Result<double> parse_co2e_g(std::string_view text) {
  std::string_view mass = trim(text);
  for (const std::string_view suffix : {"co2eq", "co2e", "co2"}) {
    if (!to_lower(mass).ends_with(suffix)) continue;
    mass = trim(mass.substr(0, mass.size() - suffix.size()));
    break;
  }
  return parse({"a mass of CO2", "1.5kgCO2", kMassUnits}, mass);
}

}  // namespace joulecast
