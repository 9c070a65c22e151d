// The GPUs that the kernel's drivers show under /sys/class/hwmon.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// One GPU with a sensor of energy or power, readable or not.
struct HwmonGpu {
  enum class Maker { kAmd, kIntel } maker = Maker::kAmd;
  std::string driver;       ///< "amdgpu", "i915", "xe"
  std::string folder;       ///< Of hwmon.
  std::string pci_address;  ///< "0000:c1:00.0"; empty if there is no such link.
  std::string name;
  std::string uuid;  ///< "GPU-cf1182f2988c0a4c" as ROCm has it; empty: none.
  /// Graphics inside the CPU's chip: its power is that of the whole chip.
  bool integrated = false;

  // Paths; empty: there is none.
  std::string energy_file, power_file;
  bool power_averaged = false;
  Fault energy_fault = Fault::kUnsupported, power_fault = Fault::kUnsupported;
  std::optional<Watts> power_limit;

  bool has_sensor() const { return !energy_file.empty() || !power_file.empty(); }
  bool counter() const { return energy_fault == Fault::kNone; }
  bool power() const { return power_fault == Fault::kNone; }
};

/// In order of PCI address. `root` as SourceOptions::root.
std::vector<HwmonGpu> scan_hwmon_gpus(const std::string& root);

}  // namespace joulecast::measure
