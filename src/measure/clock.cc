#include "joulecast/measure/clock.h"

#include <time.h>

#include <cerrno>
#include <cmath>

namespace joulecast::measure {
namespace {

double real_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Clock::Clock(double speed) : speed_(speed), start_s_(real_now()) {}

MonotonicSeconds Clock::now() const {
  // At speed 1 exactly the system's value, which other processes on this machine share.
  return speed_ == 1.0 ? real_now() : start_s_ + speed_ * (real_now() - start_s_);
}

void Clock::sleep_until(MonotonicSeconds time_s) const {
  const double real_s = speed_ == 1.0 ? time_s : start_s_ + (time_s - start_s_) / speed_;
  const double whole_s = std::floor(real_s);
  timespec until{};
  until.tv_sec = static_cast<time_t>(whole_s);
  until.tv_nsec = static_cast<long>((real_s - whole_s) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace joulecast::measure
