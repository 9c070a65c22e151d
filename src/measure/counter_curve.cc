#include "counter_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulecast::measure {
namespace {

// A counter's difference still holds after readings that failed for so long.
constexpr double kPatienceS = 5.0;
// One that does not move is stuck after this many periods if power says that it should move.
constexpr double kStuckPeriods = 10.0, kStuckAtLeastS = 1.0, kStuckAloneS = 5.0;
constexpr double kIdlePowerW = 1.0;
// Where nobody says how often it moves.
constexpr double kUsualPeriodS = 0.1;
// Held to the end of a run, power is unsure by at least this part of it.
constexpr double kLeastUnsure = 0.25;
// Without a limit, power may rise to this at most for a fall to be taken as a wrap.
constexpr double kWrapFactor = 20.0, kWrapPowerW = 500.0;
// A package may draw this much while nobody looks, or as much as its history makes likely.
constexpr double kUnseenPowerW = 1000.0;

}  // namespace

void CounterCurve::update(const Reading& reading, MonotonicSeconds now_s,
                          std::optional<double> other_w) {
  if (!curve_.started()) {
    curve_.start(now_s, 0.0);
    knot_s_ = now_s;
  }
  if (readable(reading, now_s, kPatienceS)) {
    value(reading.value, std::max(reading.time_s, curve_.start_s()), other_w);
  } else if (down()) {
    hole_until(now_s);
  }
}

void CounterCurve::value(double value_j, MonotonicSeconds time_s, std::optional<double> other_w) {
  if (!has_value_) {
    has_value_ = true;
    value_j_ = value_j;
    knot_j_ = value_j;
    read_s_ = moved_s_ = time_s;
    anchor_ = Anchor::kKnot;
    put_knot(time_s);
    return;
  }
  if (value_j == value_j_) {
    stayed(time_s, other_w);
  } else if (value_j < value_j_ && !fell_by_wrapping(value_j, time_s)) {
    note(MeterNotes::Kind::kRestarted, time_s,
         fmt::format("restarted (fell from {:.0f} J to {:.0f} J); counted on from there", value_j_,
                     value_j));
    begin_anew(value_j, time_s);
  } else {
    moved(value_j, time_s);
  }
  read_s_ = time_s;
}

// The energy from the curve's end to here is not claimed.
void CounterCurve::put_knot(MonotonicSeconds time_s) {
  curve_.add_hole(time_s, 0.0);
  knot_s_ = std::max(time_s, curve_.end_s());
}

void CounterCurve::hole_until(MonotonicSeconds time_s) {
  put_knot(time_s);
  anchor_ = Anchor::kStuck;
  power_w_.reset();
}

void CounterCurve::stayed(MonotonicSeconds time_s, std::optional<double> other_w) {
  clock_.stayed();
  const double still_s = time_s - moved_s_;
  const double period_s = clock_.likely_period_s();
  const bool other_decides = other_w.has_value() && period_s > 0.0;
  const double patience_s =
      std::max(kStuckPeriods * period_s, other_decides ? kStuckAtLeastS : kStuckAloneS);
  if (still_s <= patience_s) {
    return;
  }
  if (other_w && *other_w < kIdlePowerW) {
    // Nothing is drawn, and the counter says so.
    power_w_ = 0.0;
    curve_.add({.end_s = time_s,
                .energy_j = 0.0,
                .covered = true,
                .low_w = 0.0,
                .high_w = kIdlePowerW,
                .rise_w = 0.0,
                .end_error_j = 0.0,
                .variance_j2 = 0.0});
    knot_s_ = curve_.end_s();
    return;
  }
  if (anchor_ != Anchor::kStuck) {
    note(MeterNotes::Kind::kStuck, time_s,
         fmt::format("has not moved for {:.1f} s{}; not used until it moves again", still_s,
                     other_w ? fmt::format(" while {:.0f} W are drawn", *other_w) : ""));
  }
  hole_until(time_s);
}

double CounterCurve::usual_period_s() const {
  const double period_s = clock_.likely_period_s();
  return period_s > 0.0 ? period_s : kUsualPeriodS;
}

bool CounterCurve::plausible(double rise_j, MonotonicSeconds time_s) const {
  return rise_j <= implausible_w() * (time_s - read_s_ + usual_period_s());
}

bool CounterCurve::fell_by_wrapping(double value_j, MonotonicSeconds time_s) const {
  const double range_j = channel_.range.value();
  const double rise_j = value_j - value_j_ + range_j;
  if (!(range_j > 0.0) || rise_j < 0.0) {
    return false;
  }
  double most_w = implausible_w();
  if (!channel_.device.power_limit && power_w_) {
    most_w = std::min(most_w, kWrapFactor * *power_w_ + kWrapPowerW);
  }
  return rise_j <= most_w * (time_s - read_s_ + usual_period_s());
}

// Each wrap that nobody saw would add a whole range to the rise.
bool CounterCurve::may_have_wrapped_more(double rise_j, MonotonicSeconds time_s) const {
  const double range_j = channel_.range.value();
  const double unseen_w =
      channel_.device.power_limit ? implausible_w() : std::max(kUnseenPowerW, most_w());
  return range_j > 0.0 && rise_j + range_j <= unseen_w * (time_s - read_s_);
}

// The value is that of a grid moment before, and the fall or jump itself was at no grid moment:
// only the next move is one to count from.
void CounterCurve::begin_anew(double value_j, MonotonicSeconds time_s) {
  value_j_ = value_j;
  offset_j_ = 0.0;
  moved_s_ = time_s;
  anchor_ = Anchor::kNew;
}

void CounterCurve::moved(double value_j, MonotonicSeconds time_s) {
  const double rise_j = value_j - value_j_ + (value_j < value_j_ ? channel_.range.value() : 0.0);
  if (!plausible(rise_j, time_s)) {
    note(MeterNotes::Kind::kJumped, time_s,
         fmt::format("jumped by {:.0f} J in {:.2f} s, which cannot be; left out", rise_j,
                     time_s - read_s_));
    begin_anew(value_j, time_s);
    return;
  }
  if (may_have_wrapped_more(rise_j, time_s)) {
    note(MeterNotes::Kind::kWrapped, time_s,
         fmt::format("not read for {:.1f} s, in which it may have wrapped more than once; not used "
                     "for that time",
                     time_s - read_s_));
    begin_anew(value_j, time_s);
    return;
  }
  if (value_j < value_j_) {
    offset_j_ += channel_.range.value();
  }
  auto move = clock_.moved(read_s_, time_s);
  // A model's value is of the very moment that it gives with it.
  const Origin origin = channel_.device.origin;
  if (origin == Origin::kModelled || origin == Origin::kAssumed) {
    move = MoveClock::Move{.time_s = time_s, .half_width_s = 0.0};
  }
  value_j_ = value_j;
  moved_s_ = time_s;
  if (move && move->time_s > std::max(knot_s_, curve_.end_s())) {
    place_knot(*move);
  }  // else the next move will do
}

// The first move's joules were drawn since the move before the first reading, not since that.
double CounterCurve::first_share(double duration_s) const {
  return std::min(1.0, duration_s / usual_period_s());
}

void CounterCurve::place_knot(const MoveClock::Move& move) {
  const double value_j = value_j_ + offset_j_;
  const double duration_s = move.time_s - knot_s_;
  double energy_j = value_j - knot_j_;
  knot_j_ = value_j;
  if (anchor_ != Anchor::kKnot) {
    if (anchor_ == Anchor::kStuck) {
      note(MeterNotes::Kind::kMoves, move.time_s,
           fmt::format("moves again; {:.0f} J that it counted meanwhile are left out", energy_j));
    }
    anchor_ = Anchor::kKnot;
    on_grid_ = true;
    put_knot(move.time_s);
    return;
  }
  if (!on_grid_) {
    energy_j *= first_share(duration_s);
    on_grid_ = true;
  }
  power_w_ = energy_j / duration_s;
  if (clock_.locked() || clock_.quick()) {
    saw(*power_w_);  // before, a short piece could be any power
  }
  curve_.add({.end_s = move.time_s,
              .energy_j = energy_j,
              .covered = true,
              .low_w = std::min(least_w(), *power_w_),
              .high_w = std::max(most_w(), *power_w_),
              .rise_w = 0.0,
              .end_error_j = move.half_width_s * *power_w_,
              .variance_j2 = 0.0});
  knot_s_ = move.time_s;
}

std::optional<double> CounterCurve::power_now_w() const {
  return down() || anchor_ == Anchor::kStuck ? std::nullopt : power_w_;
}

void CounterCurve::close(MonotonicSeconds end_s) {
  if (!curve_.started()) {
    curve_.start(end_s, 0.0);
  }
  const auto power_w = anchor_ == Anchor::kKnot ? power_now_w() : std::nullopt;
  // A move may have come since the last poll.
  const double held_until_s = std::min(end_s, knot_s_ + 2.0 * usual_period_s());
  const double held_s = held_until_s - curve_.end_s();
  if (power_w && held_s > 0.0) {
    curve_.add({.end_s = held_until_s,
                .energy_j = *power_w * held_s,
                .covered = true,
                .low_w = *power_w,
                .high_w = *power_w,
                .rise_w = 0.0,
                .end_error_j = held_s * std::max({most_w() - *power_w, *power_w - least_w(),
                                                  kLeastUnsure * *power_w}),
                .variance_j2 = 0.0});
  }
  hole_until(end_s);
}

}  // namespace joulecast::measure
