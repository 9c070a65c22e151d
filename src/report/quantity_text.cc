#include "report/quantity_text.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

namespace joulecast::report {
namespace {

constexpr AxisUnit kJouleUnits[] = {
    {1.0, "J"}, {1e3, "kJ"}, {1e6, "MJ"}, {1e9, "GJ"}, {1e12, "TJ"}};
constexpr AxisUnit kWattUnits[] = {{1.0, "W"}, {1e3, "kW"}, {1e6, "MW"}};
constexpr AxisUnit kSecondUnits[] = {{1.0, "s"}, {60.0, "min"}, {3600.0, "h"}, {86400.0, "d"}};

// The largest unit of which there is more than `least`.
AxisUnit fitting(double value, std::span<const AxisUnit> units, double least) {
  AxisUnit best = units.front();
  for (const AxisUnit& unit : units) {
    if (std::abs(value) >= least * unit.factor) best = unit;
  }
  return best;
}

std::string with_unit(double value, const AxisUnit& unit) {
  return fmt::format("{:#.4g} {}", value / unit.factor, unit.unit);
}

}  // namespace

AxisUnit axis_unit(Joules largest) { return fitting(largest.value(), kJouleUnits, 1.0); }
AxisUnit axis_unit(Watts largest) { return fitting(largest.value(), kWattUnits, 1.0); }
AxisUnit axis_unit(Seconds largest) { return fitting(largest.value(), kSecondUnits, 2.0); }

std::string to_text(Joules energy) { return with_unit(energy.value(), axis_unit(energy)); }
std::string to_text(Watts power) { return with_unit(power.value(), axis_unit(power)); }

std::string to_text(Seconds duration) {
  const double s = duration.value();
  if (std::abs(s) < 60.0) return with_unit(s, kSecondUnits[0]);
  const auto whole = std::llround(s);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const auto minutes = std::llround(s / 60.0);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

}  // namespace joulecast::report
