// For tests of the curves: a sensor over a wave whose integral is known.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "joulecast/measure/meter.h"
#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// Stretches of constant power, repeated for ever.
class TestWave {
 public:
  struct Level {
    double watts, seconds;
  };
  explicit TestWave(std::vector<Level> levels) : levels_(std::move(levels)) {
    for (const auto& level : levels_) {
      period_s_ += level.seconds;
      period_j_ += level.watts * level.seconds;
    }
  }
  double energy_j(double time_s) const {
    const double whole = std::floor(time_s / period_s_);
    double rest_s = time_s - whole * period_s_;
    double energy_j = whole * period_j_;
    for (const auto& level : levels_) {
      const double part_s = std::min(rest_s, level.seconds);
      energy_j += level.watts * part_s;
      rest_s -= part_s;
    }
    return energy_j;
  }
  double power_w(double time_s) const {
    double rest_s = time_s - std::floor(time_s / period_s_) * period_s_;
    for (const auto& level : levels_) {
      if (rest_s < level.seconds) {
        return level.watts;
      }
      rest_s -= level.seconds;
    }
    return levels_.back().watts;
  }

 private:
  std::vector<Level> levels_;
  double period_s_ = 0.0, period_j_ = 0.0;
};

/// Channels whose readings are functions of the time of the poll.
class TestSource : public Source {
 public:
  using Read = std::function<Reading(double now_s)>;

  void add(const Channel& channel, Read read) {
    channels_.push_back(channel);
    reads_.push_back(std::move(read));
  }
  const char* name() const override { return "test"; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      readings[i] = reads_[i](now_s);
    }
  }

 private:
  std::vector<Channel> channels_;
  std::vector<Read> reads_;
};

inline Reading reading_of(double value, double time_s) {
  return {.value = value, .time_s = time_s, .fault = Fault::kNone};
}
inline Reading fault_of(Fault fault, double time_s) {
  return {.value = 0.0, .time_s = time_s, .fault = fault};
}

/// The grid moment at or before a time.
inline double held_since(double time_s, double period_s, double phase_s) {
  return std::floor((time_s - phase_s) / period_s) * period_s + phase_s;
}

inline Channel counter_channel(const std::string& id, double period_s) {
  Channel channel;
  channel.device.id = id;
  channel.device.kind = DeviceKind::kGpu;
  channel.device.origin = Origin::kCounter;
  channel.quantity = Channel::Quantity::kEnergy;
  channel.update_period = Seconds(period_s);
  return channel;
}

inline Channel power_channel(const std::string& id, double period_s, double window_s,
                             double delay_s) {
  Channel channel;
  channel.device.id = id;
  channel.device.kind = DeviceKind::kGpu;
  channel.device.origin = Origin::kIntegrated;
  channel.window = Seconds(window_s);
  channel.delay = Seconds(delay_s);
  channel.update_period = Seconds(period_s);
  return channel;
}

/// A meter of one source, polled in virtual time as the sampler would.
class TestMeter {
 public:
  explicit TestMeter(std::unique_ptr<TestSource> source, double begin_s = 1000.0)
      : now_s_(begin_s), meter(make(std::move(source))) {}

  void run_until(double time_s) {
    while (now_s_ < time_s) {
      step();
    }
  }
  void step() {
    meter.poll(now_s_);
    // Threads wake up a little late.
    late_ = std::fmod(late_ * 7.13 + 0.377, 1.0);
    now_s_ += meter.next_poll_in(Seconds(0.1)).value() + 0.4e-3 * late_;
  }
  void skip_to(double time_s) { now_s_ = time_s; }
  double now_s() const { return now_s_; }

  MeasuredEnergy between(double from_s, double to_s, std::size_t device = 0) const {
    const auto from = meter.at(device, from_s);
    const auto to = meter.at(device, to_s);
    if (!from || !to) {
      return {.energy = Joules(std::nan("")),
              .cut_error = Joules(),
              .origin = Origin::kAssumed,
              .uncovered = Seconds(to_s - from_s)};
    }
    return energy_between(meter.devices()[device], *from, *to);
  }

 private:
  static std::vector<std::unique_ptr<Source>> make(std::unique_ptr<TestSource> source) {
    std::vector<std::unique_ptr<Source>> sources;
    sources.push_back(std::move(source));
    return sources;
  }
  double now_s_;
  double late_ = 0.5;

 public:
  Meter meter;
};

}  // namespace joulecast::measure
