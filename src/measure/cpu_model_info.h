// What /proc/cpuinfo says of the processors that this system sees.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::measure {

struct CpuInfo {
  std::string model_name;  ///< "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz"; empty on most of ARM.
  std::string vendor;      ///< "GenuineIntel", "AuthenticAMD"; may be empty.
  int packages = 0;        ///< At least 1 where there is any thread.
  int cores = 0;           ///< Visible, of all packages; a virtual machine sees a part of them.
  int threads = 0;         ///< Logical processors; 0: there was nothing to read.
};

CpuInfo parse_cpu_info(std::string_view text);
/// Of <root>/proc/cpuinfo; without threads if that cannot be read.
CpuInfo read_cpu_info(const std::string& root);

}  // namespace joulecast::measure
