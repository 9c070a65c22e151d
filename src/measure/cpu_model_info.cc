#include "measure/cpu_model_info.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "measure/sysfs.h"

namespace joulecast::measure {

CpuInfo parse_cpu_info(std::string_view text) {
  CpuInfo info;
  std::set<std::string_view> packages;
  std::set<std::pair<std::string_view, std::string_view>> cores;
  std::string_view package;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (key == "processor") ++info.threads;
    if (key == "model name") info.model_name = value;
    if (key == "vendor_id") info.vendor = value;
    if (key == "physical id") {
      package = value;
      packages.insert(value);
    }
    if (key == "core id") cores.insert({package, value});
  }
  // ARM and some virtual machines tell neither packages nor cores.
  info.packages = std::max(static_cast<int>(packages.size()), std::min(1, info.threads));
  info.cores = cores.empty() ? info.threads : static_cast<int>(cores.size());
  return info;
}

CpuInfo read_cpu_info(const std::string& root) {
  return parse_cpu_info(read_text(root + "/proc/cpuinfo").value);
}

}  // namespace joulecast::measure
