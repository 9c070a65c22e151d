// How the fake libraries' settings are written: key=value items, numbers with units, lists.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::fake {

struct Unit {
  std::string_view name;
  double factor;
};
inline constexpr Unit kTimeUnits[] = {{"ms", 1e-3}, {"us", 1e-6}, {"s", 1.0}};
inline constexpr Unit kPowerUnits[] = {{"kW", 1e3}, {"W", 1.0}};
inline constexpr Unit kByteUnits[] = {
    {"GiB", 1073741824.0}, {"MiB", 1048576.0}, {"GB", 1e9}, {"MB", 1e6}, {"B", 1.0}};

/// "50ms" with kTimeUnits is 0.05; a number without a unit is in the unit of factor 1.
std::optional<double> parse_with_unit(std::string_view text, std::span<const Unit> units);

/// The parts between separators; empty text has none.
std::vector<std::string_view> split(std::string_view text, char separator);

struct Item {
  std::string key, value;
};
/// Items separated by blanks or line ends; a value with blanks stands in double quotes; '#' at the
/// start of an item begins a comment up to the line's end.
Result<std::vector<Item>> parse_items(std::string_view text);

}  // namespace joulecast::fake
