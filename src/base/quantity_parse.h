// Quantities as people write them: "2.5kWh", "350 W", "1h30min", "3EUR".
#pragma once

#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"

namespace joulecast {

/// A number and whatever stands behind it, blanks around both dropped; both point into the text.
struct NumberAndUnit {
  double number = 0.0;  ///< Finite.
  std::string_view unit;
};

/// "3 EUR" -> 3, "EUR". Error: no finite number in front.
Result<NumberAndUnit> parse_number_and_unit(std::string_view text);

// The unit must be there: a bare number is an Error that names the units. Upper and lower case
// are the same, except that milli (m) is never read as mega (M). Negative quantities are Errors.

Result<Joules> parse_energy(std::string_view text);  ///< J, kJ, MJ, GJ, Wh, kWh, MWh, GWh
Result<Watts> parse_power(std::string_view text);    ///< mW, W, kW, MW
/// ms, s, min (m), h, d; also several in one: "1h30min".
Result<Seconds> parse_duration(std::string_view text);
/// Grams of CO2-equivalent: g, kg, t, alone or with CO2, CO2e, CO2eq behind.
Result<double> parse_co2e_g(std::string_view text);

}  // namespace joulecast
