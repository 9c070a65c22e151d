#include "clock_watch.h"

#include <fmt/format.h>
#include <time.h>

#include <cmath>

namespace joulecast::measure {
namespace {

constexpr double kSleptS = 0.5, kSetS = 1.0, kLateS = 1.0;

double read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

ClockReadings read_clocks() {
  return {.monotonic_s = read_clock(CLOCK_MONOTONIC),
          .boot_s = read_clock(CLOCK_BOOTTIME),
          .wall_s = read_clock(CLOCK_REALTIME)};
}

void ClockWatch::update(const ClockReadings& now, double expected_s,
                        const std::function<void(std::string)>& say) {
  const ClockReadings before = last_;
  last_ = now;
  if (!begun_) {
    begun_ = true;
    return;
  }
  const double passed_s = now.monotonic_s - before.monotonic_s;
  const double slept_s = (now.boot_s - before.boot_s) - passed_s;
  // Against the clock that goes on in sleep, or every sleep would look like a clock set.
  const double set_s = (now.wall_s - before.wall_s) - (now.boot_s - before.boot_s);
  if (slept_s > kSleptS) {
    say(
        fmt::format("the machine slept for {:.1f} s; that time and its energy are not part of the "
                    "measurement",
                    slept_s));
  }
  if (std::abs(set_s) > kSetS) {
    say(fmt::format(
        "the wall clock was set by {:+.1f} s; measured times and energies do not depend "
        "on it",
        set_s));
  }
  if (passed_s > expected_s + kLateS) {
    say(fmt::format(
        "no reading for {:.1f} s (stopped, or the machine was too busy); counters bridge "
        "that unless they may have wrapped more than once, power does not",
        passed_s));
  }
}

}  // namespace joulecast::measure
