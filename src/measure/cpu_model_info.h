// What /proc/cpuinfo says of the processors that this system sees.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "joulecast/base/units.h"

namespace joulecast::measure {

struct CpuInfo {
  std::string model_name;  ///< "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz"; empty on most of ARM.
  std::string vendor;      ///< "GenuineIntel", "AuthenticAMD"; may be empty.
  int packages = 0;        ///< At least 1 where there is any thread.
  int cores = 0;           ///< Visible, of all packages; a virtual machine sees a part of them.
  int threads = 0;         ///< Logical processors; 0: there was nothing to read.
  double clock_mhz = 0.0;  ///< Of the first, now; 0: not told.
  std::string flags;       ///< Of the first: "fpu vme ... avx2"; "Features" on ARM.
};

CpuInfo parse_cpu_info(std::string_view text);
/// Of <root>/proc/cpuinfo; without threads if that cannot be read.
CpuInfo read_cpu_info(const std::string& root);

/// What the CPUs draw at full load, as far as this system sees them.
struct FullLoad {
  double power_w = 0.0;
  bool assumed = false;
  std::string reason;  ///< For people: where power_w is from.
};

/// `given` by the user, else by the catalogue, else assumed by the number of threads.
FullLoad full_load(const CpuInfo& info, std::optional<Watts> given);

}  // namespace joulecast::measure
