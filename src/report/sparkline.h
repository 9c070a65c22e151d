// A series as one line of characters.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "report/terminal.h"

namespace joulecast::report {

/// The values' means over `columns` equal parts, from zero to the largest; the newest is at the
/// right. Fewer values than columns: a shorter line. Empty for no values.
std::string sparkline(std::span<const double> values, std::size_t columns,
                      const Terminal& terminal);

}  // namespace joulecast::report
