#include "cli/gpu_option.h"

#include <fmt/format.h>

#include "base/text.h"
#include "joulecast/measure/sources.h"

namespace joulecast::cli {

Result<std::vector<report::MachineGpu>> gpus_of_this_machine() {
  measure::SourceOptions options;
  options.only = {"nvml", "rocm-smi", "hwmon"};
  const auto opened = measure::open_sources(options);
  if (!opened) return opened.error();
  std::vector<report::MachineGpu> gpus;
  for (const auto& source : opened->sources) {
    for (const measure::Channel& channel : source->channels()) {
      // A second channel of the same device only checks the first.
      if (channel.role != measure::Channel::Role::kTotal) continue;
      auto entry = hardware::find_gpu(channel.device.name);
      gpus.push_back({.device = channel.device,
                      .entry = entry ? std::optional(std::move(*entry)) : std::nullopt});
    }
  }
  return gpus;
}

Result<hardware::Gpu> gpu_of_option(const std::string& name) {
  if (to_lower(trim(name)) != "auto") return hardware::find_gpu(name);
  const auto gpus = gpus_of_this_machine();
  if (!gpus) return gpus.error();
  if (gpus->empty()) return Error{"no GPU found here; name one with --gpu"};
  if (gpus->front().entry) return *gpus->front().entry;
  const Device& device = gpus->front().device;
  return Error{
      fmt::format("{} of this machine is {}, which is not in the catalogue; name one like "
                  "it with --gpu",
                  printable(device.id), quoted(device.name))};
}

}  // namespace joulecast::cli
