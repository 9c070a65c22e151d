#include "cli/measuring_options.h"

#include <string_view>
#include <vector>

#include "base/quantity_parse.h"
#include "base/text.h"

namespace joulecast::cli {
namespace {

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(trim(text.substr(0, comma)));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

}  // namespace

void MeasuringOptions::add_to(CLI::App& command, const std::string& gpus_flag) {
  command
      .add_option(gpus_flag, gpus_,
                  "GPUs to measure: indices, UUIDs or MIG ids; left out: as CUDA_VISIBLE_DEVICES, "
                  "NVIDIA_VISIBLE_DEVICES or Slurm say, else all")
      ->type_name("LIST");
  command
      .add_option("--sources", only_,
                  "Measure with these only: nvml, rocm-smi, hwmon, rapl, perf, cpu-model, "
                  "ram-model; see joulecast doctor")
      ->type_name("LIST");
  command
      .add_option("--ram", sources.ram,
                  "RAM without a meter: process (3.75e-4 W per MB resident), gigabyte (0.3725 W "
                  "per GB installed) or none")
      ->transform(one_of<measure::RamModel>({{"process", measure::RamModel::kPerProcess},
                                             {"gigabyte", measure::RamModel::kPerGigabyte},
                                             {"none", measure::RamModel::kNone}}))
      ->type_name("MODEL");
  command
      .add_option("--cpu-tdp", cpu_tdp_,
                  "Draw of this machine's CPUs at full load, where no meter has it, like 240W")
      ->type_name("POWER");
  command
      .add_option("--sys-root", sources.root,
                  "Look for /sys and /proc under this folder: for fake trees (tools/fake_sys)")
      ->envname("JOULECAST_SYS_ROOT")
      ->type_name("DIR");
}

Status MeasuringOptions::read() {
  sources.only = split_list(only_);
  if (!gpus_.empty()) sources.gpus = gpus_;
  if (cpu_tdp_.empty()) return {};
  auto tdp = parse_power(cpu_tdp_);
  if (!tdp) return tdp.error();
  sources.cpu_tdp = *tdp;
  return {};
}

}  // namespace joulecast::cli
