// What the curves of a counter and of a power channel have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "energy_curve.h"
#include "joulecast/measure/meter.h"
#include "joulecast/measure/source.h"
#include "meter_notes.h"
#include "move_clock.h"

namespace joulecast::measure {

/// More than any device of a computer draws: a reading that says so is wrong.
inline constexpr double kMostPowerW = 100e3;
/// A card may exceed its limit for a moment, but not by this factor.
inline constexpr double kLimitFactor = 3.0;
/// Half-widths at 95 % are this many standard deviations.
inline constexpr double kSigmas = 1.96;

/// One channel's readings as a curve of energy. Not thread-safe; allocates for notes only.
class ChannelCurve {
 public:
  ChannelCurve(const Channel& channel, std::vector<MeterNote>& notes);
  virtual ~ChannelCurve() = default;
  ChannelCurve(const ChannelCurve&) = delete;
  ChannelCurve& operator=(const ChannelCurve&) = delete;

  /// `other_w`: the same device's power as its other channel has it, if it has one that works.
  virtual void update(const Reading& reading, MonotonicSeconds now_s,
                      std::optional<double> other_w) = 0;
  virtual void close(MonotonicSeconds end_s) = 0;
  /// Mean power over the last update; absent if it cannot be read at present.
  virtual std::optional<double> power_now_w() const = 0;

  const EnergyCurve& curve() const { return curve_; }
  const Channel& channel() const { return channel_; }
  std::optional<double> period_s() const { return clock_.period_s(); }
  /// How soon to poll again so that no update is missed, and never in step with them.
  double poll_in_s(double at_most_s) const;
  /// It is read, and its sensor's rhythm is known as well as it will be.
  bool in_step() const;

 protected:
  /// Whether the reading can be used. Writes notes when that changes for more than `patience_s`.
  bool readable(const Reading& reading, MonotonicSeconds now_s, double patience_s);
  /// It cannot be read, for longer than patience allows.
  bool down() const { return down_; }
  void note(MeterNotes::Kind kind, MonotonicSeconds time_s, const std::string& text);
  /// A mean power above this cannot be.
  double implausible_w() const;
  /// Power was seen to be this; widens what it may be at other moments.
  void saw(double power_w);
  /// What power may have been while nobody looked: from idle to the limit.
  double least_w() const { return least_w_; }
  double most_w() const { return most_w_; }

  Channel channel_;
  EnergyCurve curve_;
  MoveClock clock_;

 private:
  MeterNotes notes_;
  std::string subject_;
  bool down_ = false;
  std::optional<MonotonicSeconds> failing_since_s_;
  Fault fault_ = Fault::kNone;
  int polls_unlocked_ = 0;
  double polls_ = 0.0;
  double least_w_ = 0.0, most_w_ = 0.0;
};

}  // namespace joulecast::measure
