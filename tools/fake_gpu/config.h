// What the environment variable JOULECAST_FAKE_GPU says; README.md has the table of its keys.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "wave.h"

namespace joulecast::fake {

/// What a generation of GPUs can measure (METHODS, "What a good meter must know").
struct Architecture {
  std::string_view name;
  unsigned nvml_number;
  int compute_major, compute_minor;
  bool energy_counter;
  bool averages_power;      ///< Its plain power reading is a mean over 1 s.
  double instant_window_s;  ///< What an instant reading sees.
};

struct Fault {
  enum class Kind {
    kLost,          ///< "gpu-lost"
    kForbidden,     ///< "no-permission"
    kUnsupported,   ///< "not-supported"
    kUnreadable,    ///< "unreadable": an unknown error
    kCounterReset,  ///< "counter-reset"
    kCounterStuck,  ///< "counter-stuck"
  } kind = Kind::kLost;
  std::string function;  ///< Only this function of the library fails; empty: all that read.
  double from_s = 0.0;   ///< Since the library was initialised.
  double until_s = std::numeric_limits<double>::infinity();
};

struct Process {
  unsigned pid = 0;
  std::string name;
};

struct GpuConfig {
  std::string model = "NVIDIA H100 80GB HBM3";
  std::string uuid;
  const Architecture* architecture = nullptr;
  Wave wave;
  double phase_s = 0.0;     ///< The wave comes this much later.
  double gain = 1.0;        ///< Of everything it reads.
  double power_gain = 1.0;  ///< Of power only, beside `gain`.
  double noise = 0.0;       ///< Standard deviation of power, relative.
  double energy_period_s = 0.1, energy_phase_s = 0.0;
  double power_period_s = 0.1, power_phase_s = 0.0;
  std::optional<double> power_window_s, power_delay_s;  ///< Absent: as the architecture has it.
  double limit_w = 700.0;
  double memory_total = 80e9, memory_used = 8e9;
  double temperature_c = 60.0, clock_mhz = 1500.0;
  unsigned throttle = 0;              ///< NVML's bits.
  std::optional<double> utilisation;  ///< 0 to 1; absent: power over limit.
  unsigned mig = 0;                   ///< Number of MIG slices; 0: MIG is off.
  std::vector<Process> processes;
  std::vector<Fault> faults;
};

struct Config {
  std::string driver = "550.54.14";
  /// CLOCK_MONOTONIC at the waves' zero; absent: when the library was initialised.
  std::optional<double> start_s = 0.0;
  std::string init_fails;  ///< Name of the error that initialising answers with.
  double slow_s = 0.0;     ///< Every call takes this long.
  std::vector<GpuConfig> gpus;
};

/// Errors: one line naming the key.
Result<Config> parse_config(std::string_view text);
/// Of the environment variable: a file's content, or inline text. Not set: one GPU, all defaults.
Result<Config> config_of_environment();

}  // namespace joulecast::fake
