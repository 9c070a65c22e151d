// Quantities as people read them: four significant digits and a fitting unit.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "joulecast/base/units.h"
#include "joulecast/run/forecast.h"
#include "report/terminal.h"

namespace joulecast::report {

std::string to_text(Joules energy);     ///< "812.3 J", "8.412 kJ", "1.204 MJ"
std::string to_text(Seconds duration);  ///< "2.35 s", "3 min 20 s", "1 h 05 min"
std::string to_text(Watts power);       ///< "105.3 W", "5.12 kW"

/// The factor and unit in which a chart's axis up to `largest` reads best.
struct AxisUnit {
  double factor;  ///< Divide by it.
  const char* unit;
};
AxisUnit axis_unit(Joules largest);
AxisUnit axis_unit(Watts largest);
AxisUnit axis_unit(Seconds largest);

/// "8.412 kJ (8.301 – 8.520)": the value and, where there is one, its interval.
template <typename Q>
std::string estimate_text(const std::optional<Estimate<Q>>& estimate, const Terminal& terminal) {
  if (!estimate) return terminal.unicode ? "–" : "-";
  std::string text = to_text(estimate->value);
  if (!estimate->low || !estimate->high) return text;
  const char* dash = terminal.unicode ? "–" : "-";
  const double factor = axis_unit(estimate->value).factor;
  const double low = estimate->low->value() / factor, high = estimate->high->value() / factor;
  // Far bounds, and minutes and hours, are read in their own units.
  constexpr double kNear = 0.1, kFar = 1e4;
  const bool own_units = low < kNear || high >= kFar || text.find(' ') != text.rfind(' ');
  if (!own_units) return text + fmt::format(" ({:#.4g} {} {:#.4g})", low, dash, high);
  return text + fmt::format(" ({} {} {})", to_text(*estimate->low), dash, to_text(*estimate->high));
}

}  // namespace joulecast::report
