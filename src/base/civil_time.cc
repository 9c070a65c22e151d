#include "base/civil_time.h"

#include <charconv>
#include <chrono>

#include "base/text.h"

namespace joulecast {
namespace {

// Takes exactly `digits` digits from the front of text.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[i];
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char a, char b) {
  if (text.empty() || (text.front() != a && text.front() != b)) return false;
  text.remove_prefix(1);
  return true;
}

// "", "Z", "+01:00" or "-0530", as seconds east of Greenwich.
std::optional<double> zone_seconds(std::string_view text) {
  if (text.empty() || text == "Z") return 0.0;
  const double sign = text.front() == '-' ? -1.0 : 1.0;
  if (!take(text, '+', '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!text.empty()) take(text, ':', ':');
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 3600.0 + *minutes * 60.0);
}

}  // namespace

std::optional<double> parse_civil_time(std::string_view text) {
  text = trim(text);
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-', '/')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-', '/')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, ' ', 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':', ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':', ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  double fraction = 0.0;
  if (text.starts_with('.')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    const auto number = parse_number(text.substr(0, end));
    if (!number) return std::nullopt;
    fraction = *number;
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  }
  const auto zone = zone_seconds(text);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!zone || !date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400.0 + *hour * 3600.0 + *minute * 60.0 + *second +
         fraction - *zone;
}

}  // namespace joulecast
