// The energy curve of a counter: knots where it moved.
#pragma once

#include <optional>

#include "meter_channel.h"

namespace joulecast::measure {

/// Between two moves power is taken as constant. Unwraps, and tells wraps, restarts, jumps and
/// a counter that sticks apart, and knows when it may have wrapped unseen: what cannot be vouched
/// for is uncovered, and never counted later.
class CounterCurve : public ChannelCurve {
 public:
  using ChannelCurve::ChannelCurve;
  void update(const Reading& reading, MonotonicSeconds now_s,
              std::optional<double> other_w) override;
  void close(MonotonicSeconds end_s) override;
  std::optional<double> power_now_w() const override;

 private:
  /// What the next move is counted from.
  enum class Anchor {
    kKnot,   ///< The last knot.
    kStuck,  ///< Nothing: it stuck or could not be read; it is told when it moves again.
    kNew,    ///< Nothing: it restarted or jumped, and has not moved since.
  };

  void value(double value_j, MonotonicSeconds time_s, std::optional<double> other_w);
  void stayed(MonotonicSeconds time_s, std::optional<double> other_w);
  void moved(double value_j, MonotonicSeconds time_s);
  void place_knot(const MoveClock::Move& move);
  void begin_anew(double value_j, MonotonicSeconds time_s);
  bool fell_by_wrapping(double value_j, MonotonicSeconds time_s) const;
  bool plausible(double rise_j, MonotonicSeconds time_s) const;
  bool may_have_wrapped_more(double rise_j, MonotonicSeconds time_s) const;
  double usual_period_s() const;
  double first_share(double duration_s) const;
  void hole_until(MonotonicSeconds time_s);
  void put_knot(MonotonicSeconds time_s);

  bool has_value_ = false;
  double value_j_ = 0.0;            // as last read
  double offset_j_ = 0.0;           // of the wraps
  MonotonicSeconds read_s_ = 0.0;   // last good reading
  MonotonicSeconds moved_s_ = 0.0;  // the last reading that differed
  MonotonicSeconds knot_s_ = 0.0;
  double knot_j_ = 0.0;   // unwrapped
  bool on_grid_ = false;  // the knot is a move, not the first reading
  Anchor anchor_ = Anchor::kKnot;
  std::optional<double> power_w_;  // over the last update
};

}  // namespace joulecast::measure
