#include "hardware/host_repeats.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <thread>

namespace joulecast::hardware {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Of sorted values, linear between two of them.
double quantile(const std::vector<double>& sorted, double part) {
  const double place = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

struct Timed {
  double wall_s = 0.0, cpu_s = 0.0;
};

Timed timed(const Work& work, std::int64_t units, const Clocks& clocks) {
  const double wall_s = clocks.wall_s(), cpu_s = clocks.cpu_s();
  work(units);
  return {.wall_s = clocks.wall_s() - wall_s, .cpu_s = clocks.cpu_s() - cpu_s};
}

// As many units as take `each_s`; warms caches and clocks up on the way.
std::int64_t enough_units(const Work& work, double each_s, const Clocks& clocks) {
  for (std::int64_t units = 1;; units *= 2) {
    const double wall_s = timed(work, units, clocks).wall_s;
    if (wall_s < each_s / 4.0) continue;
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(units) * each_s / wall_s));
  }
}

}  // namespace

Clocks system_clocks() {
  return {.wall_s = [] { return seconds_of(CLOCK_MONOTONIC); },
          .cpu_s = [] { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }};
}

Series repeat(const Work& work, const Repeats& repeats, int threads, const Clocks& clocks) {
  const std::int64_t units = enough_units(work, repeats.each_s, clocks);
  std::vector<double> seconds, shares;
  for (int i = 0; i < repeats.count; ++i) {
    const Timed time = timed(work, units, clocks);
    seconds.push_back((threads == 1 ? time.cpu_s : time.wall_s) / static_cast<double>(units));
    shares.push_back(time.cpu_s / (time.wall_s * threads));
  }
  return {.seconds = measured_of(std::move(seconds)), .cpu_share = median_of(std::move(shares))};
}

Measured measured_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double median = quantile(values, 0.5);
  return {.median = median, .spread = (quantile(values, 0.75) - quantile(values, 0.25)) / median};
}

double median_of(std::vector<double> values) { return measured_of(std::move(values)).median; }

void share_tickets(int threads, std::int64_t count,
                   const std::function<void(int thread, std::int64_t ticket)>& work) {
  std::atomic<std::int64_t> next = 0;
  const auto take = [&](int thread) {
    for (std::int64_t ticket = next++; ticket < count; ticket = next++) work(thread, ticket);
  };
  std::vector<std::jthread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(take, thread);
  take(0);
}

}  // namespace joulecast::hardware
