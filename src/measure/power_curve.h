// The energy curve of power readings: the trapezoidal rule at the moments they were taken.
#pragma once

#include <optional>

#include "meter_channel.h"

namespace joulecast::measure {

/// A value is the mean over `window`, ending `delay` before it moves: it stands for the middle of
/// that window. What an average hides is in the curve's error: inside the window power may have
/// swung between idle and the limit while the mean stayed the same.
class PowerCurve : public ChannelCurve {
 public:
  PowerCurve(const Channel& channel, std::vector<MeterNote>& notes);
  void update(const Reading& reading, MonotonicSeconds now_s,
              std::optional<double> other_w) override;
  void close(MonotonicSeconds end_s) override;
  std::optional<double> power_now_w() const override;

 private:
  void value(double power_w, MonotonicSeconds time_s);
  void moved(double power_w, MonotonicSeconds time_s);
  void piece_until(MonotonicSeconds sample_s, double power_w, double timing_s);
  void hold_until(MonotonicSeconds sample_s);
  void hole_until(MonotonicSeconds sample_s);
  double hidden_j(double power_w) const;
  double patience_s() const;
  double period_s() const;

  double shift_s_;  // from a value's move back to the middle of its window
  bool has_value_ = false;
  double power_w_ = 0.0;             // as last read
  MonotonicSeconds read_s_ = 0.0;    // last good reading
  MonotonicSeconds sample_s_ = 0.0;  // the curve's end, in the sensor's time
  double sample_w_ = 0.0;
  double last_rise_w_ = 0.0;
};

}  // namespace joulecast::measure
