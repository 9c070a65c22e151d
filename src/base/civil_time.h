// Dates as recordings write them.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast {

/// Seconds since 1970-01-01 of "2022-12-05 09:55:42.535" or "2022/12/05 09:55:42.535", with 'T' or
/// a blank in the middle and an optional fraction. A final "Z" or "+01:00" is honoured; without
/// one the time is read as UTC, since a recording of local times does not say its zone. No value:
/// not such a date.
std::optional<double> parse_civil_time(std::string_view text);

}  // namespace joulecast
