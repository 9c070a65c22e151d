// One device: its main channel, and another that checks it and stands in for it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "joulecast/measure/meter.h"
#include "meter_channel.h"
#include "meter_check.h"

namespace joulecast::measure {

/// The device's curve is the main channel's where that is covered and the other's where only that
/// is. Not thread-safe; allocates for notes only.
class MeterDevice {
 public:
  /// `other`: may be null. `notes` must outlive the device.
  MeterDevice(const Channel& main, const Channel* other, std::vector<MeterNote>& notes);

  /// `other`: null if there is no such channel, or if it was not read this time.
  void update(const Reading& main, const Reading* other, MonotonicSeconds now_s);
  void close(MonotonicSeconds end_s);

  const Device& device() const { return main_->channel().device; }
  double gain_error() const { return main_->channel().gain_error; }
  MonotonicSeconds settled_until() const { return settled_s_; }
  std::optional<EnergyPoint> at(MonotonicSeconds time_s) const;
  std::optional<double> power_now_w() const;
  std::optional<double> period_s() const { return main_->period_s(); }
  std::optional<double> cross_check() const { return check_.ratio(); }
  double poll_in_s(double at_most_s) const;
  /// The main channel does all by itself: the other one is a check, and needs no close look.
  bool in_step() const;

 private:
  /// From here on the curve is one channel's, lifted to go on where the one before ended.
  struct Part {
    MonotonicSeconds from_s;
    const ChannelCurve* channel;
    double energy_j, uncovered_s, variance_j2;  // to add to the channel's
    double integrated_s;                        // at from_s
    double channel_uncovered_s;                 // at from_s
  };

  void settle();
  void use(const ChannelCurve& channel);
  const Part* part_at(MonotonicSeconds time_s) const;
  bool stands_in(const Part& part) const;

  MeterNotes notes_;
  std::unique_ptr<ChannelCurve> main_, other_;
  CrossCheck check_;
  MonotonicSeconds settled_s_ = 0.0;
  bool begun_ = false;
  /// The last ones, the newest at (parts_seen_ - 1) % size.
  static constexpr std::size_t kParts = 32;
  std::array<Part, kParts> parts_{};
  std::size_t parts_seen_ = 0;
};

}  // namespace joulecast::measure
