#include "joulecast/measure/meter.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <utility>

#include "meter_device.h"

namespace joulecast::measure {
namespace {

constexpr double kLeastPollS = 0.02;
// A check of a counter that does well is read at every so many polls.
constexpr std::size_t kChecksEvery = 3;

/// Where a device's readings are among all readings.
struct Wiring {
  std::size_t main = 0;
  std::optional<std::size_t> other;
};

}  // namespace

struct Meter::State {
  std::vector<std::unique_ptr<Source>> sources;  ///< Fixed from construction on.
  /// Of all channels of all sources, one after the other. Of the polling thread.
  std::vector<Reading> readings;

  /// Held while curves are read or written: never for long.
  mutable std::mutex curves_mutex;
  std::vector<std::unique_ptr<MeterDevice>> meters;
  std::vector<MeterNote> notes;
  MonotonicSeconds polled_s = 0.0;

  std::vector<Wiring> wiring;  ///< Fixed from construction on.
  std::vector<Device> devices;

  std::size_t polls = 0;  ///< Of the polling thread.

  void wire(std::span<const Channel> channels, std::size_t first);
  /// Says what the next poll is to read; curves_mutex is held.
  void want_checks();
};

void Meter::State::wire(std::span<const Channel> channels, std::size_t first) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].role != Channel::Role::kTotal) {
      continue;
    }
    Wiring wires{.main = first + i, .other = std::nullopt};
    const Channel* other = nullptr;
    for (std::size_t j = 0; j < channels.size() && other == nullptr; ++j) {
      if (channels[j].role == Channel::Role::kCheck && channels[j].of == i) {
        other = &channels[j];
        wires.other = first + j;
      }
    }
    wiring.push_back(wires);
    devices.push_back(channels[i].device);
    meters.push_back(std::make_unique<MeterDevice>(channels[i], other, notes));
  }
}

void Meter::State::want_checks() {
  const bool now = ++polls % kChecksEvery == 0;
  for (std::size_t i = 0; i < meters.size(); ++i) {
    if (wiring[i].other) readings[*wiring[i].other].wanted = now || !meters[i]->in_step();
  }
}

Meter::Meter(std::vector<std::unique_ptr<Source>> sources) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.sources = std::move(sources);
  std::size_t channels = 0;
  for (const auto& source : state.sources) {
    state.wire(source->channels(), channels);
    channels += source->channels().size();
  }
  state.readings.resize(channels);
  if (state.devices.empty()) {
    state.notes.push_back({.time_s = 0.0,
                           .device_id = {},
                           .text = "no device can be measured here; see joulecast doctor"});
  }
}

Meter::~Meter() = default;

const std::vector<Device>& Meter::devices() const { return state_->devices; }

double Meter::gain_error(std::size_t device) const { return state_->meters[device]->gain_error(); }

void Meter::poll(MonotonicSeconds now_s) {
  State& state = *state_;
  // Nothing is waited for before the first source is read, and what comes after a slow one is read
  // later than `now_s`.
  const auto begin = std::chrono::steady_clock::now();
  double since_s = 0.0;
  std::size_t first = 0;
  for (const auto& source : state.sources) {
    const std::size_t count = source->channels().size();
    source->poll(now_s + since_s, std::span(state.readings).subspan(first, count));
    first += count;
    since_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  // Sources may take milliseconds: nobody who only asks for a curve waits for them.
  const std::scoped_lock writing(state.curves_mutex);
  state.polled_s = now_s;
  for (std::size_t i = 0; i < state.meters.size(); ++i) {
    const Wiring& wires = state.wiring[i];
    const bool both = wires.other && state.readings[*wires.other].wanted;
    state.meters[i]->update(state.readings[wires.main],
                            both ? &state.readings[*wires.other] : nullptr, now_s);
  }
  state.want_checks();
}

Seconds Meter::next_poll_in(Seconds at_most) const {
  const std::scoped_lock lock(state_->curves_mutex);
  double poll_s = at_most.value();
  for (const auto& meter : state_->meters) {
    poll_s = std::min(poll_s, meter->poll_in_s(at_most.value()));
  }
  return Seconds(std::max(poll_s, kLeastPollS));
}

MonotonicSeconds Meter::settled_until() const {
  const std::scoped_lock lock(state_->curves_mutex);
  double settled_s = state_->polled_s;
  for (const auto& meter : state_->meters) {
    settled_s = std::min(settled_s, meter->settled_until());
  }
  return settled_s;
}

std::optional<EnergyPoint> Meter::at(std::size_t device, MonotonicSeconds time_s) const {
  const std::scoped_lock lock(state_->curves_mutex);
  return state_->meters[device]->at(time_s);
}

void Meter::close(MonotonicSeconds end_s) {
  const std::scoped_lock lock(state_->curves_mutex);
  state_->polled_s = std::max(state_->polled_s, end_s);
  for (const auto& meter : state_->meters) {
    meter->close(end_s);
  }
}

std::optional<Watts> Meter::power_now(std::size_t device) const {
  const std::scoped_lock lock(state_->curves_mutex);
  const auto power_w = state_->meters[device]->power_now_w();
  return power_w ? std::optional(Watts(*power_w)) : std::nullopt;
}

std::optional<Seconds> Meter::update_period(std::size_t device) const {
  const std::scoped_lock lock(state_->curves_mutex);
  const auto period_s = state_->meters[device]->period_s();
  return period_s ? std::optional(Seconds(*period_s)) : std::nullopt;
}

std::optional<double> Meter::cross_check(std::size_t device) const {
  const std::scoped_lock lock(state_->curves_mutex);
  return state_->meters[device]->cross_check();
}

std::vector<MeterNote> Meter::take_notes() {
  const std::scoped_lock lock(state_->curves_mutex);
  // Not moved from: devices keep a reference to the vector.
  std::vector<MeterNote> taken;
  taken.swap(state_->notes);
  return taken;
}

std::vector<Telemetry> Meter::telemetry(int root_pid) {
  std::vector<Telemetry> all;
  for (const auto& source : state_->sources) {
    for (auto& one : source->telemetry(root_pid)) {
      all.push_back(std::move(one));
    }
  }
  return all;
}

MeasuredEnergy energy_between(const Device& device, const EnergyPoint& from,
                              const EnergyPoint& to) {
  const double inside_j2 = std::max(0.0, to.variance_j2 - from.variance_j2);
  const double error_j =
      std::sqrt(from.cut_error.value() * from.cut_error.value() +
                to.cut_error.value() * to.cut_error.value() + kSigmas * kSigmas * inside_j2);
  const bool integrated = to.integrated > from.integrated;
  return {.energy = to.energy - from.energy,
          .cut_error = Joules(error_j),
          .origin = integrated ? std::max(device.origin, Origin::kIntegrated) : device.origin,
          .uncovered = to.uncovered - from.uncovered};
}

}  // namespace joulecast::measure
