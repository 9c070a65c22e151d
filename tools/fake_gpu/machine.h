// The pretended GPUs as a library sees them: what they read now, and what fails now.
//
// Each fake library has one Machine of its own, and exports (extern "C"):
//   void joulecast_fake_set_time(double monotonic_s)   virtual time; negative: the real clock again
//   double joulecast_fake_true_energy(unsigned gpu, double from_s, double to_s)
//                                                      joules between two moments of that clock
#pragma once

#include <atomic>
#include <mutex>
#include <string_view>

#include "config.h"

namespace joulecast::fake {

/// Whose GPUs a library knows: "cdna" is AMD's architecture, all others are NVIDIA's.
enum class Maker { kNvidia, kAmd };

/// Reading is thread-safe between start() and the last stop().
class Machine {
 public:
  static Machine& instance();

  /// A user of the library comes: the first one makes the configuration be read, and the GPUs of
  /// the library's maker are here. Errors: as config_of_environment(), written to stderr too.
  Status start(Maker maker);
  /// False: there was no user.
  bool stop();
  bool started() const { return users_ > 0; }

  const Config& config() const { return config_; }
  /// Seconds of CLOCK_MONOTONIC, or the virtual time.
  double now_s() const;
  void set_time(double monotonic_s) { virtual_s_ = monotonic_s; }
  /// Takes as long as a call is configured to take.
  void delay() const;

  /// The fault that this GPU answers this function with now; kLost before all others.
  const Fault* fault(unsigned gpu, std::string_view function) const;

  /// The energy counter: moves on a grid of energy_period, knows resets and sticking.
  double counter_j(unsigned gpu) const;
  /// The plain power reading: with its window and delay, on a grid of power_period.
  double power_w(unsigned gpu) const;
  /// The same with an instant window, or with one of 1 s, whatever the architecture's plain one is.
  double instant_power_w(unsigned gpu) const;
  double average_power_w(unsigned gpu) const;
  /// 0 to 1.
  double utilisation(unsigned gpu) const;

  double true_energy_j(unsigned gpu, double from_s, double to_s) const;

 private:
  Machine() = default;
  double wave_time(const GpuConfig& gpu, double monotonic_s) const;
  double measured_power_w(unsigned gpu, double window_s, double delay_s) const;

  std::mutex mutex_;
  std::atomic<int> users_ = 0;
  std::atomic<double> virtual_s_ = -1.0;
  Config config_;
  double start_s_ = 0.0;  // the waves' zero
  double init_s_ = 0.0;   // the faults' zero
};

}  // namespace joulecast::fake
