// A source of power or energy: a vendor's library, files under /sys, a model, a recording.
//
// This header is the whole measuring world in two types. A Source has channels, fixed for its life;
// poll() reads all of them once. What a channel's numbers mean (counter or power, averaging window,
// delay, wrap) is in its Channel, so that one Meter (meter.h) turns any of them into joules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/run/run.h"

namespace joulecast::measure {

/// Seconds of CLOCK_MONOTONIC, the only clock that measuring uses. A wall clock that is set, or
/// a machine that sleeps, does not move it.
using MonotonicSeconds = double;

/// Why a channel could not be read.
enum class Fault : std::uint8_t {
  kNone,
  kUnsupported,  ///< The device or its driver does not have it.
  kForbidden,    ///< This user may not read it (any more).
  kLost,         ///< The device fell off the bus or was unplugged.
  kUnreadable,   ///< Any other failure of this one reading; the next may succeed.
};
const char* to_string(Fault fault);

/// One series of numbers that a source gives.
struct Channel {
  /// Whose energy it is. Device::origin says kCounter, kIntegrated, kModelled or kAssumed, and
  /// Device::source has the line for people: meter, library and version, or formula and constants.
  Device device;

  enum class Quantity {
    kEnergy,  ///< A counter: joules since a moment of its own; it only rises.
    kPower,   ///< Watts.
  };
  Quantity quantity = Quantity::kPower;

  /// kPower: each value is the mean over this long, ending `delay` before it can be read.
  /// 0: an instant value.
  Seconds window;
  Seconds delay;
  /// How often the value moves; 0: not known beforehand, the meter learns it.
  Seconds update_period;
  /// kEnergy: the counter restarts from zero after this much; 0: it never wraps.
  Joules range;
  /// Relative error of the level at 95 %, e.g. 0.05.
  double gain_error = 0.05;

  enum class Role {
    kTotal,  ///< Counts towards the run's energy.
    kCheck,  ///< The same device's energy seen another way: replaces and checks channel `of`.
  };
  Role role = Role::kTotal;
  std::size_t of = 0;  ///< kCheck: index of that channel within the same source.
};

/// One channel, read once.
struct Reading {
  double value = 0.0;  ///< Joules or watts; meaningless with a fault.
  /// When it was read, or when the device says that it was taken.
  MonotonicSeconds time_s = 0.0;
  Fault fault = Fault::kUnreadable;
  /// Set by who polls: false where this channel is not needed this time. A source may then leave
  /// the reading as it is.
  bool wanted = true;
};

/// How busy a device is; whatever it does not tell is absent. For people and for PRE, not for
/// joules.
struct Telemetry {
  std::string device_id;
  std::optional<double> utilisation;  ///< 0 to 1.
  std::optional<Bytes> memory_used, memory_total;
  std::optional<double> temperature_c;
  std::optional<double> clock_mhz;  ///< Of the compute units.
  std::optional<Watts> power_limit;
  std::vector<std::string> throttle_reasons;  ///< In words; empty: not throttled, or not told.
  /// Processes on the device that are not of the training, e.g. "4711 (python)".
  std::vector<std::string> other_processes;
};

/// Used by one thread at a time, except for telemetry(). Its constructor (or factory) may be slow;
/// poll() may not.
class Source {
 public:
  virtual ~Source() = default;
  /// Short name for messages: "nvml", "rapl", "perf", "rocm-smi", "hwmon", "cpu-model",
  /// "ram-model", "replay".
  virtual const char* name() const = 0;
  /// Fixed from construction on; at least one.
  virtual std::span<const Channel> channels() const = 0;
  /// Reads every channel once; readings.size() == channels().size(). Neither throws nor allocates.
  /// `now_s` is the time of the poll; time_s of each reading lies at or after it, unless the device
  /// gives a time of its own.
  virtual void poll(MonotonicSeconds now_s, std::span<Reading> readings) = 0;
  /// Slow (allocates); asked about once a second at most. One entry per device, may be empty.
  /// Other threads call it while poll() runs: it must change nothing that poll() uses, and the
  /// library below must be thread-safe (NVML and ROCm-SMI are).
  /// `root_pid`: the training's first process; its descendants are not "other" processes.
  virtual std::vector<Telemetry> telemetry(int root_pid);
};

}  // namespace joulecast::measure
