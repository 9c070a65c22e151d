#include "move_clock.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace joulecast::measure {
namespace {

// How far moves stray from their grid: at least this; a fit that fails doubles it.
constexpr double kLeastToleranceS = 0.3e-3;
constexpr double kToleranceDecay = 0.995;
// Beyond this part of the period the grid says no more than the polls.
constexpr double kMostTolerance = 0.1;
// The grid's rate may wander by this much from one move to the next.
constexpr double kDrift = 2e-6;
constexpr std::size_t kFirstFit = 8;
constexpr std::int64_t kMostSteps = 11;
// Where nobody says how often a sensor moves, this is tried first.
constexpr double kUsualPeriodS = 0.1;
// Changes of power that have nothing to do with the sensor's grid must not pass for one.
constexpr double kMostTolerancePowerS = 3e-3;
// Of the last 16 polls.
constexpr std::uint32_t kRecentPolls = 16, kRecentMask = 0xffff;
constexpr int kQuickFrom = 14, kQuickUntil = 11;
// Age of a value that moves at every poll, where nobody says how often it moves.
constexpr double kQuickHalfWidthS = 2e-3;

double middle(double a, double b) { return 0.5 * (a + b); }

}  // namespace

std::optional<double> MoveClock::period_s() const {
  if (locked_) {
    return middle(period_.low, period_.high);
  }
  if (quick_ && hint_s_ > 0.0) {
    return hint_s_;
  }
  return std::nullopt;
}

double MoveClock::likely_period_s() const { return period_s().value_or(hint_s_); }

void MoveClock::note_poll(bool moved) {
  history_ = (history_ << 1U) | (moved ? 1U : 0U);
  polls_ = std::min(polls_ + 1, kRecentPolls);
  const int moves = std::popcount(history_ & kRecentMask);
  quick_ = !locked_ && polls_ == kRecentPolls && moves >= (quick_ ? kQuickUntil : kQuickFrom);
}

MoveClock::Window& MoveClock::window(std::size_t age) {
  return windows_[(next_ + kWindows - 1 - age) % kWindows];
}

void MoveClock::push(const Window& window) {
  windows_[next_] = window;
  next_ = (next_ + 1) % kWindows;
  count_ = std::min(count_ + 1, kWindows);
}

void MoveClock::forget() {
  if (locked_) {
    hint_s_ = middle(period_.low, period_.high);
  }
  locked_ = false;
  count_ = 0;
  polls_ = 0;
}

std::optional<MoveClock::Move> MoveClock::moved(double after_s, double until_s) {
  if (locked_) {
    return follow(after_s, until_s);
  }
  note_poll(true);
  if (quick_) {
    count_ = 0;
    const double half_s = hint_s_ > 0.0 ? 0.5 * std::min(hint_s_, until_s - after_s) : 0.0;
    return Move{until_s - half_s, std::max(half_s, kQuickHalfWidthS)};
  }
  push({after_s, until_s, 0});
  if (count_ >= kFirstFit && try_lock()) {
    if (const auto move = pinned(window(0))) {
      last_ = *move;
      last_index_ = window(0).index;
      return last_;
    }
    locked_ = false;
  }
  return Move{middle(after_s, until_s), 0.5 * (until_s - after_s)};
}

bool MoveClock::try_lock() {
  if (try_period(hint_s_ > 0.0 ? hint_s_ : kUsualPeriodS)) {
    return true;
  }
  std::array<double, kFirstFit - 1> gaps_s{};
  for (std::size_t age = 0; age < gaps_s.size(); ++age) {
    const Window& newer = window(age);
    const Window& older = window(age + 1);
    gaps_s[age] = middle(newer.after_s, newer.until_s) - middle(older.after_s, older.until_s);
  }
  std::sort(gaps_s.begin(), gaps_s.end());
  if (!never_skips_) {
    const double least_s = gaps_s.front();
    const bool as_told = least_s > 0.7 * hint_s_ && least_s < 1.3 * hint_s_;
    return (hint_s_ == 0.0 || as_told) && try_period(least_s);
  }
  const double mean_s = (middle(window(0).after_s, window(0).until_s) -
                         middle(window(gaps_s.size()).after_s, window(gaps_s.size()).until_s)) /
                        static_cast<double>(gaps_s.size());
  return try_period(mean_s) || try_period(gaps_s[gaps_s.size() / 2]) || try_period(gaps_s.front());
}

bool MoveClock::try_period(double period_s) {
  window(kFirstFit - 1).index = 0;
  for (std::size_t age = kFirstFit - 1; age-- > 0;) {
    const Window& older = window(age + 1);
    Window& newer = window(age);
    if (newer.until_s - newer.after_s > 0.6 * period_s) {
      return false;
    }
    const double gap_s =
        middle(newer.after_s, newer.until_s) - middle(older.after_s, older.until_s);
    newer.index = older.index + std::llround(gap_s / period_s);
    if (newer.index == older.index) {
      return false;
    }
  }
  count_ = kFirstFit;
  tolerance_s_ = kLeastToleranceS;
  // A divisor of the true period fits as well, but a counter does not rest at most of its moments.
  if (never_skips_ && window(0).index > kMostSteps) {
    return false;
  }
  const double most_s = never_skips_ ? kMostTolerance * period_s
                                     : std::min(kMostTolerance * period_s, kMostTolerancePowerS);
  // Within a fifth of what was tried, or it is another grid.
  for (; tolerance_s_ < most_s; tolerance_s_ *= 2.0) {
    period_ = {0.8 * period_s, 1.2 * period_s};
    if (fit_all()) {
      locked_ = true;
      return true;
    }
  }
  return false;
}

// A move at grid index i lies within [after - tolerance, until + tolerance]; any two of them bound
// the period, and every period that all pairs allow has a phase that fits all.
void MoveClock::fit_newest() {
  const Window& newest = window(0);
  for (std::size_t age = 1; age < count_; ++age) {
    const Window& other = window(age);
    const auto steps = static_cast<double>(newest.index - other.index);
    period_.low =
        std::max(period_.low, (newest.after_s - other.until_s - 2.0 * tolerance_s_) / steps);
    period_.high =
        std::min(period_.high, (newest.until_s - other.after_s + 2.0 * tolerance_s_) / steps);
  }
}

bool MoveClock::fit_all() {
  const std::size_t newest = next_;
  const std::size_t count = count_;
  for (std::size_t used = 2; used <= count; ++used) {
    next_ = (newest + kWindows - count + used) % kWindows;
    count_ = used;
    fit_newest();
  }
  next_ = newest;
  count_ = count;
  return period_.low <= period_.high;
}

std::optional<MoveClock::Move> MoveClock::pinned(const Window& newest) const {
  const double period_s = middle(period_.low, period_.high);
  double low_s = newest.after_s;
  double high_s = newest.until_s;
  for (std::size_t i = 0; i < count_; ++i) {
    const Window& other = windows_[(next_ + kWindows - 1 - i) % kWindows];
    const double ahead_s = static_cast<double>(newest.index - other.index) * period_s;
    low_s = std::max(low_s, other.after_s - tolerance_s_ + ahead_s);
    high_s = std::min(high_s, other.until_s + tolerance_s_ + ahead_s);
  }
  if (low_s > high_s) {
    // Within the tolerance of the poll's own edge.
    if (low_s - high_s > 2.0 * tolerance_s_) {
      return std::nullopt;
    }
    std::swap(low_s, high_s);
  }
  return Move{middle(low_s, high_s), 0.5 * (high_s - low_s)};
}

// More than one move since the poll before: the last of them is where the grid says.
std::optional<MoveClock::Move> MoveClock::across_several(double until_s) const {
  const double period_s = middle(period_.low, period_.high);
  const double steps = (until_s - last_.time_s) / period_s;
  const double part = steps - std::floor(steps);
  const double unsure_s = last_.half_width_s + steps * 0.5 * (period_.high - period_.low);
  if (std::min(part, 1.0 - part) * period_s < unsure_s + 2.0 * tolerance_s_) {
    return std::nullopt;
  }
  return Move{last_.time_s + std::floor(steps) * period_s, unsure_s + tolerance_s_};
}

std::optional<MoveClock::Move> MoveClock::follow(double after_s, double until_s) {
  const double period_s = middle(period_.low, period_.high);
  if (until_s - after_s > 0.9 * period_s) {
    const auto move = across_several(until_s);
    if (until_s - last_.time_s > 1000.0 * period_s) {
      forget();
    }
    return move;
  }
  const double ahead_s = middle(after_s, until_s) - last_.time_s;
  const auto steps = std::llround(ahead_s / period_s);
  const double unsure_s = static_cast<double>(steps) * (period_.high - period_.low);
  if (steps < 1 || unsure_s > 0.3 * period_s) {
    forget();
    return Move{middle(after_s, until_s), 0.5 * (until_s - after_s)};
  }
  push({after_s, until_s, last_index_ + steps});
  tolerance_s_ = std::max(kLeastToleranceS, tolerance_s_ * kToleranceDecay);
  period_ = {period_.low * (1.0 - kDrift), period_.high * (1.0 + kDrift)};
  fit_newest();
  auto move = period_.low <= period_.high ? pinned(window(0)) : std::nullopt;
  while (!move && tolerance_s_ < kMostTolerance * period_s) {
    tolerance_s_ *= 2.0;
    period_ = {0.8 * period_s, 1.2 * period_s};
    move = fit_all() ? pinned(window(0)) : std::nullopt;
  }
  if (!move) {
    forget();
    return Move{middle(after_s, until_s), 0.5 * (until_s - after_s)};
  }
  last_ = *move;
  last_index_ += steps;
  return last_;
}

}  // namespace joulecast::measure
