#include "store/civil_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace joulecast::store {
namespace {

struct Civil {
  int year;
  unsigned month, day;
  long long hour, minute, second;
};

Civil civil_of(double unix_s) {
  constexpr double kYear1 = -62135596800.0, kYear10000 = 253402300800.0;
  const double within = unix_s >= kYear1 && unix_s < kYear10000 - 1.0 ? unix_s : 0.0;
  const std::chrono::sys_seconds time{
      std::chrono::seconds(static_cast<long long>(std::floor(within)))};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = clock.hours().count(),
          .minute = clock.minutes().count(),
          .second = clock.seconds().count()};
}

}  // namespace

std::string compact_time(double unix_s) {
  const Civil c = civil_of(unix_s);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

std::string iso_time(double unix_s) {
  const Civil c = civil_of(unix_s);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour,
                     c.minute, c.second);
}

}  // namespace joulecast::store
