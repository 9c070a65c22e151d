// One NVIDIA GPU: what it can tell of its energy, and how that is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/nvml_library.h"

namespace joulecast::measure::nvml {

/// How a device's power can be read.
enum class PowerReading {
  kNone,
  kInstant,  ///< Field value: what the sensor sees at the moment.
  kPlain,    ///< The plain reading, an instant value on this architecture.
  kAverage,  ///< The plain reading, a mean over the last second on this architecture.
};

/// A device and what it was found to give.
struct Gpu {
  std::string id;  ///< "gpu0"
  std::string name, uuid;
  Handle handle = nullptr;
  std::vector<std::string> slices;  ///< UUIDs of its MIG slices.
  bool energy_counter = false;
  PowerReading power = PowerReading::kNone;
  Return refusal = kSuccess;  ///< Why there is neither, where there is neither.
};

/// Reads each quantity once to learn what the device gives.
Gpu probe(const Library& library, unsigned index, Handle handle);

/// The device must have what is read; nothing is written on failure.
Return read_energy(const Library& library, Handle handle, double& energy_j);
Return read_power(const Library& library, Handle handle, PowerReading how, double& power_w);
/// The limit in force.
std::optional<Watts> power_limit(const Library& library, Handle handle);

}  // namespace joulecast::measure::nvml
