// The RAPL meters that powercap shows under /sys/class/powercap, each physical one once.
#pragma once

#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "measure/sysfs.h"

namespace joulecast::measure {

/// One energy counter of /sys/class/powercap.
struct RaplZone {
  std::string entry;    ///< "intel-rapl:0", "intel-rapl:0:1".
  std::string package;  ///< "package-0", "package-0-die-1", "psys".
  std::string part;     ///< "core", "uncore", "dram"; empty: the package or psys itself.
  int number = 0;       ///< Of its package, from 0 in order of names; psys: meaningless.
  HeldFile energy_uj;
  FileValue<double> trial;  ///< Its value when it was found, or why it could not be read.
  Joules range;             ///< Where it wraps; 0: not told.

  bool is_platform() const { return part.empty() && package == "psys"; }
  bool is_package() const { return part.empty() && package != "psys"; }
  bool is_dram() const { return part == "dram"; }
};

struct RaplZones {
  /// Packages in order, each followed by its parts; psys last. Of a meter that is shown twice (as
  /// MSR and as MMIO) the one that can be read, the MSR one first.
  std::vector<RaplZone> zones;
  std::vector<std::string> left_out;  ///< Entries that show a meter of `zones` again.
  bool powercap = false;              ///< Whether there is any entry at all.
};

RaplZones find_rapl_zones(const std::string& root);

}  // namespace joulecast::measure
