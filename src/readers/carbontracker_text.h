// The texts in Carbontracker's logs: times, durations, powers.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::readers {

/// Takes "2024-05-17 08:27:23 - " off the front of `text` and answers with that time; without such
/// a front nothing happens.
std::optional<double> take_log_time(std::string_view& text);

/// "1:02:03.45" as seconds.
std::optional<double> parse_duration(std::string_view text);

/// The sum of the watts in "71.5" or "[71.5 70.25]"; no value where it is neither.
std::optional<double> parse_powers(std::string_view text);

}  // namespace joulecast::readers
