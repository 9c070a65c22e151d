#include "measure/cpu_model_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "joulecast/hardware/cpu.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

// CodeCarbon's figure for a CPU that its table does not have.
constexpr double kAssumedWattsPerThread = 4.0;

}  // namespace

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
    if (key == "cpu MHz" && info.clock_mhz <= 0.0) {
      info.clock_mhz = parse_number(value).value_or(0.0);
    }
    if ((key == "flags" || key == "Features") && info.flags.empty()) info.flags = value;
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

FullLoad full_load(const CpuInfo& info, std::optional<Watts> given) {
  if (given) {
    return {.power_w = given->value(),
            .assumed = false,
            .reason = fmt::format("{:g} W (given)", given->value())};
  }
  const auto cpu = hardware::find_cpu(info.model_name);
  if (!cpu) {
    const std::string name =
        info.model_name.empty() ? "a CPU without a name" : printable(info.model_name);
    return {.power_w = kAssumedWattsPerThread * info.threads,
            .assumed = true,
            .reason = fmt::format("{:g} W x {} threads (assumed: the catalogue does not have {})",
                                  kAssumedWattsPerThread, info.threads, name)};
  }
  const int cores = info.packages * cpu->cores;
  const int visible = std::min(info.cores, cores);
  std::string reason =
      fmt::format("{} x {:g} W (TDP of {})", info.packages, cpu->tdp.value(), cpu->name);
  // A virtual machine has some of the cores; the others' share of the package is not ours.
  if (visible < cores) reason += fmt::format(" x {}/{} cores", visible, cores);
  return {.power_w = info.packages * cpu->tdp.value() * visible / cores,
          .assumed = false,
          .reason = std::move(reason)};
}

}  // namespace joulecast::measure
