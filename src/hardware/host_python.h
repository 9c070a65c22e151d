// The dispatch speed of the Python that a training would run in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/host_repeats.h"

namespace joulecast::hardware {

struct PythonSpeed {
  std::string version;  ///< "3.11.2"
  Series operators;     ///< Seconds of processor time each.
};

/// Runs a loop of method calls, attribute look-ups and tuples in `program` ("python3": as PATH has
/// it), without the user's site packages and settings. Absent where that does not work or takes
/// `limit_s` longer than the repeats: there is no such program, or it is no Python.
std::optional<PythonSpeed> measure_python(const std::string& program, const Repeats& repeats,
                                          double limit_s);

/// What the loop prints: the version, then in each line processor time and time per operator.
std::optional<PythonSpeed> parse_python_speed(std::string_view text);

}  // namespace joulecast::hardware
