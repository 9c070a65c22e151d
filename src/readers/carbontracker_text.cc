#include "readers/carbontracker_text.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/civil_time.h"
#include "base/text.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {

std::optional<double> take_log_time(std::string_view& text) {
  constexpr std::size_t kTimeLength = 19;
  constexpr std::string_view kDash = " - ";
  if (text.size() < kTimeLength || text.substr(kTimeLength, kDash.size()) != kDash) {
    return std::nullopt;
  }
  const auto time = parse_civil_time(text.substr(0, kTimeLength));
  if (time) text.remove_prefix(kTimeLength + kDash.size());
  return time;
}

std::optional<double> parse_duration(std::string_view text) {
  text = trim(text);
  double seconds = 0.0;
  for (int part = 0; part < 3; ++part) {
    const auto colon = text.find(':');
    if ((colon == std::string_view::npos) != (part == 2)) return std::nullopt;
    const auto number = parse_number(text.substr(0, colon));
    if (!number || !std::isfinite(*number) || *number < 0.0) return std::nullopt;
    seconds = 60.0 * seconds + *number;
    if (part < 2) text.remove_prefix(colon + 1);
  }
  return seconds <= kLatestTimeS ? std::optional(seconds) : std::nullopt;
}

std::optional<double> parse_powers(std::string_view text) {
  double sum = 0.0;
  bool any = false;
  std::string blanked(text);
  std::replace_if(
      blanked.begin(), blanked.end(), [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
  std::string_view rest = trim(blanked);
  while (!rest.empty()) {
    const auto end = rest.find(' ');
    const auto number = parse_number(rest.substr(0, end));
    if (!number || !std::isfinite(*number) || *number < 0.0 || *number > 1e7) return std::nullopt;
    sum += *number;
    any = true;
    rest = end == std::string_view::npos ? std::string_view{} : trim(rest.substr(end));
  }
  return any ? std::optional(sum) : std::nullopt;
}

}  // namespace joulecast::readers
