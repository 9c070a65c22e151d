// When a sensor's value moves, known more finely than it is polled.
//
// Sensors move on a nearly regular grid of their own. Every poll that finds a new value says that
// a grid moment lies between it and the poll before; polls that do not keep step with the grid
// close in on it from both sides. With 64 such observations of a 100 ms grid the moments are known
// to about a millisecond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// Not thread-safe; does not allocate.
class MoveClock {
 public:
  /// `hint_s`: the period as documented; 0: not known. It is checked, not believed.
  /// `never_skips`: the value differs at every grid moment, as a counter's does; power may be the
  /// same again, so that how often it changes says nothing about the sensor.
  MoveClock(double hint_s, bool never_skips) : hint_s_(hint_s), never_skips_(never_skips) {}

  struct Move {
    MonotonicSeconds time_s;
    double half_width_s;
  };
  /// The value at `until_s` is not that of `after_s`, the poll before. Says when it moved last;
  /// absent where that cannot be told: the next move will do.
  std::optional<Move> moved(MonotonicSeconds after_s, MonotonicSeconds until_s);
  /// The value is that of the poll before.
  void stayed() { note_poll(false); }

  /// The grid's period as learnt; the hint, where it moves at every poll.
  std::optional<double> period_s() const;
  /// The best guess of the period: learnt, else the hint, else 0.
  double likely_period_s() const;
  /// Moves at nearly every poll: the grid is finer than the polls, its phase cannot be known.
  bool quick() const { return quick_; }
  bool locked() const { return locked_; }

 private:
  struct Window {
    double after_s, until_s;
    std::int64_t index;  // on the grid
  };
  struct Range {
    double low, high;
  };

  void note_poll(bool moved);
  Window& window(std::size_t age);  // 0: the newest
  void push(const Window& window);
  bool try_lock();
  bool try_period(double period_s);
  bool fit_all();
  void fit_newest();
  std::optional<Move> follow(double after_s, double until_s);
  std::optional<Move> across_several(double until_s) const;
  std::optional<Move> pinned(const Window& newest) const;
  void forget();

  static constexpr std::size_t kWindows = 64;
  std::array<Window, kWindows> windows_{};
  std::size_t count_ = 0, next_ = 0;
  double hint_s_;
  bool never_skips_;
  bool locked_ = false, quick_ = false;
  std::uint32_t polls_ = 0, history_ = 0;  // history: one bit a poll, newest lowest
  Range period_{0.0, 0.0};
  double tolerance_s_ = 0.0;  // how far a move strays from the grid
  Move last_{0.0, 0.0};
  std::int64_t last_index_ = 0;
};

}  // namespace joulecast::measure
