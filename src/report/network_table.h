// The table of a network's operators.
#pragma once

#include <string>

#include "report/network.h"

namespace joulecast::report {

/// "25.56 M", "102.2 MB": four significant digits and a decimal prefix.
std::string scaled_text(double value, const std::string& unit);

/// The rows and a line of totals, as wide as the terminal at most.
std::string network_table(const NetworkReport& report, const Terminal& terminal);

}  // namespace joulecast::report
