#include "machine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <thread>
#include <vector>

namespace joulecast::fake {
namespace {

// What a counter shows at the waves' zero, so that no moment before it makes it negative.
constexpr double kCounterStartJoules = 1e9;
constexpr double kAverageWindowSeconds = 1.0;
constexpr double kAverageDelaySeconds = 0.1;

// The last update of something that moves every `period_s`.
double last_update(double time_s, double period_s, double phase_s) {
  if (period_s <= 0.0) return time_s;
  // A moment that is meant to be an update must be one in spite of rounding.
  constexpr double kSlack = 1e-6;
  return std::floor((time_s - phase_s) / period_s + kSlack) * period_s + phase_s;
}

// About normal, of mean 0 and standard deviation 1; the same for the same seed.
double noise(std::uint64_t seed) {
  double sum = 0.0;
  for (int i = 0; i < 12; ++i) {
    seed += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    sum += static_cast<double>((mixed ^ (mixed >> 31U)) >> 11U) * 0x1p-53;
  }
  return sum - 6.0;
}

bool reads(Fault::Kind kind) {
  return kind != Fault::Kind::kCounterReset && kind != Fault::Kind::kCounterStuck;
}

}  // namespace

Machine& Machine::instance() {
  static Machine machine;
  return machine;
}

Status Machine::start(Maker maker) {
  const std::lock_guard lock(mutex_);
  if (users_ == 0) {
    auto config = config_of_environment();
    if (!config) {
      std::fprintf(stderr, "%s\n", config.error().message.c_str());
      return config.error();
    }
    config_ = std::move(*config);
    std::erase_if(config_.gpus, [maker](const GpuConfig& gpu) {
      return (gpu.architecture->name == "cdna") != (maker == Maker::kAmd);
    });
    init_s_ = now_s();
    start_s_ = config_.start_s.value_or(init_s_);
  }
  ++users_;
  return {};
}

bool Machine::stop() {
  const std::lock_guard lock(mutex_);
  if (users_ == 0) return false;
  --users_;
  return true;
}

double Machine::now_s() const {
  const double virtual_s = virtual_s_;
  if (virtual_s >= 0.0) return virtual_s;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void Machine::delay() const {
  if (config_.slow_s > 0.0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(config_.slow_s));
  }
}

const Fault* Machine::fault(unsigned gpu, std::string_view function) const {
  const double since_s = now_s() - init_s_;
  const Fault* found = nullptr;
  for (const Fault& fault : config_.gpus[gpu].faults) {
    if (!reads(fault.kind) || since_s < fault.from_s || since_s >= fault.until_s) continue;
    if (!fault.function.empty() && fault.function != function) continue;
    if (fault.kind == Fault::Kind::kLost) return &fault;
    found = &fault;
  }
  return found;
}

double Machine::wave_time(const GpuConfig& gpu, double monotonic_s) const {
  return monotonic_s - start_s_ - gpu.phase_s;
}

double Machine::true_energy_j(unsigned index, double from_s, double to_s) const {
  const GpuConfig& gpu = config_.gpus[index];
  return gpu.wave.energy_j(wave_time(gpu, from_s), wave_time(gpu, to_s));
}

double Machine::counter_j(unsigned index) const {
  const GpuConfig& gpu = config_.gpus[index];
  const double now = now_s();
  double shown_s = now;
  double zero_s = start_s_;
  double zero_j = kCounterStartJoules;
  for (const Fault& fault : gpu.faults) {
    const double at_s = init_s_ + fault.from_s;
    if (now < at_s) continue;
    if (fault.kind == Fault::Kind::kCounterReset) {
      zero_s = at_s;
      zero_j = 0.0;
    }
    if (fault.kind == Fault::Kind::kCounterStuck && now < init_s_ + fault.until_s) {
      shown_s = std::min(shown_s, at_s);
    }
  }
  shown_s = last_update(shown_s, gpu.energy_period_s, gpu.energy_phase_s);
  return std::max(0.0, zero_j + gpu.gain * true_energy_j(index, zero_s, shown_s));
}

double Machine::measured_power_w(unsigned index, double window_s, double delay_s) const {
  const GpuConfig& gpu = config_.gpus[index];
  const double update_s = last_update(now_s(), gpu.power_period_s, gpu.power_phase_s);
  const double mean_w = gpu.wave.mean_w(wave_time(gpu, update_s - delay_s), window_s);
  const auto seed = static_cast<std::uint64_t>(std::llround(update_s * 1e4)) * 64U + index;
  const double factor = gpu.gain * gpu.power_gain * (1.0 + gpu.noise * noise(seed));
  return std::max(0.0, mean_w * factor);
}

double Machine::power_w(unsigned index) const {
  const GpuConfig& gpu = config_.gpus[index];
  const bool averages = gpu.architecture->averages_power;
  const double window_s = averages ? kAverageWindowSeconds : gpu.architecture->instant_window_s;
  const double delay_s = averages ? kAverageDelaySeconds : 0.0;
  return measured_power_w(index, gpu.power_window_s.value_or(window_s),
                          gpu.power_delay_s.value_or(delay_s));
}

double Machine::instant_power_w(unsigned index) const {
  return measured_power_w(index, config_.gpus[index].architecture->instant_window_s, 0.0);
}

double Machine::average_power_w(unsigned index) const {
  const GpuConfig& gpu = config_.gpus[index];
  return measured_power_w(index, gpu.power_window_s.value_or(kAverageWindowSeconds),
                          gpu.power_delay_s.value_or(kAverageDelaySeconds));
}

double Machine::utilisation(unsigned index) const {
  const GpuConfig& gpu = config_.gpus[index];
  const double load = gpu.wave.power_w(wave_time(gpu, now_s())) / gpu.limit_w;
  return std::clamp(gpu.utilisation.value_or(load), 0.0, 1.0);
}

}  // namespace joulecast::fake

using joulecast::fake::Machine;

extern "C" {
void joulecast_fake_set_time(double monotonic_s);
double joulecast_fake_true_energy(unsigned gpu, double from_s, double to_s);

void joulecast_fake_set_time(double monotonic_s) { Machine::instance().set_time(monotonic_s); }

double joulecast_fake_true_energy(unsigned gpu, double from_s, double to_s) {
  const Machine& machine = Machine::instance();
  if (gpu >= machine.config().gpus.size()) return 0.0;
  return machine.true_energy_j(gpu, from_s, to_s);
}
}
