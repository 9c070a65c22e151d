#include "cli/set_up_machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/gpu_option.h"
#include "cli/host_speed_file.h"
#include "cli/settings_file.h"
#include "hardware/host_limits.h"
#include "joulecast/hardware/cpu_device.h"
#include "joulecast/hardware/host.h"
#include "joulecast/hardware/machine.h"
#include "measure/cpu_model_info.h"

namespace joulecast::cli {
namespace {

constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;

bool has_flag(const std::string& flags, const std::string& flag) {
  return (" " + flags + " ").find(" " + flag + " ") != std::string::npos;
}

// FP32 operations of a core in a cycle: two fused units of the widest vectors.
int flops_per_cycle(const std::string& flags) {
  constexpr int kScalar = 2, kSse = 8, kNeon = 16, kAvx = 16, kAvx2 = 32, kAvx512 = 64;
  if (has_flag(flags, "avx512f")) return kAvx512;
  if (has_flag(flags, "avx2")) return kAvx2;
  if (has_flag(flags, "avx")) return kAvx;
  if (has_flag(flags, "asimd")) return kNeon;
  return has_flag(flags, "sse2") ? kSse : kScalar;
}

// "... @ 2.50GHz", else what the processor runs at now.
double clock_ghz(const measure::CpuInfo& info) {
  const std::size_t at = info.model_name.rfind('@');
  if (at != std::string::npos) {
    std::string_view said = trim(std::string_view(info.model_name).substr(at + 1));
    if (said.ends_with("GHz")) {
      said.remove_suffix(3);
      if (const auto ghz = parse_number(said); ghz && *ghz > 0.0) return *ghz;
    }
  }
  constexpr double kMegahertz = 1000.0, kUsual = 2.5;
  return info.clock_mhz > 0.0 ? info.clock_mhz / kMegahertz : kUsual;
}

std::optional<hardware::HostSpeed> speed_of_this_host() {
  const auto file = host_speed_file();
  if (!file) return std::nullopt;
  auto stored = hardware::stored_host_speed(*file);
  return stored ? std::move(stored).value() : std::nullopt;
}

double bandwidth_gb_s(int cores) {
  const auto speed = speed_of_this_host();
  if (speed && hardware::check_quiet(*speed)) return speed->all_cores_copy_gb_s.median;
  // Of one core of any server or desktop; a few cores fill a channel.
  constexpr double kOfCore = 8.0, kMost = 128.0;
  return std::min(kOfCore * cores, kMost);
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

Result<std::string> name_of_gpu(const std::vector<report::MachineGpu>& gpus) {
  if (gpus.empty()) return cpu_of_this_machine();
  const auto gpu = gpu_of_option("auto");
  return gpu ? Result<std::string>(gpu->name) : Result<std::string>(gpu.error());
}

// As the GPU is set now, where that is below what it was shipped with.
std::optional<Watts> limit_of(const std::vector<report::MachineGpu>& gpus) {
  if (gpus.empty() || !gpus.front().entry || !gpus.front().device.power_limit) return std::nullopt;
  constexpr double kAsShipped = 0.98;
  const hardware::Gpu& gpu = *gpus.front().entry;
  const Watts limit = *gpus.front().device.power_limit;
  const bool lower = limit < kAsShipped * gpu.tdp;
  return lower && limit >= gpu.power_limit_min.value_or(limit) ? std::optional(limit)
                                                               : std::nullopt;
}

/// What "auto" and "cpu" among the names stand for.
struct Here {
  bool any = false;
  std::optional<Watts> limit;
};

Result<Here> name_here(std::string& names) {
  Here here;
  std::vector<std::string> parts = parts_of(names);
  for (std::string& part : parts) {
    const std::string word = to_lower(part);
    if (word != "auto" && word != "cpu") continue;
    here.any = true;
    std::vector<report::MachineGpu> gpus;
    if (word == "auto") {
      auto found = gpus_of_this_machine();
      if (!found) return found.error();
      gpus = std::move(found).value();
    }
    auto name = name_of_gpu(gpus);
    if (!name) return name.error();
    part = std::move(name).value();
    if (parts.size() == 1) here.limit = limit_of(gpus);
  }
  names = fmt::format("{}", fmt::join(parts, ","));
  return here;
}

void make_paths_whole(std::string& networks) {
  std::string whole;
  for (const std::string& part : parts_of(networks)) {
    std::error_code error;
    const std::filesystem::path path(part);
    const bool file = path.has_extension() && std::filesystem::is_regular_file(path, error);
    whole += (whole.empty() ? "" : ",") +
             (file ? std::filesystem::absolute(path, error).string() : part);
  }
  networks = whole;
}

}  // namespace

Result<std::string> cpu_of_this_machine() {
  const measure::CpuInfo info = measure::read_cpu_info("");
  if (info.threads == 0) return Error{"/proc/cpuinfo does not say what CPU this machine has"};
  const int cores = std::max(1, std::min(info.cores, hardware::host_limits("").cores));
  constexpr double kUsualGib = 16.0;
  const auto memory = hardware::memory_of_machine();
  return hardware::name_of({.cores = cores,
                            .clock_ghz = clock_ghz(info),
                            .flops_per_cycle = flops_per_cycle(info.flags),
                            .bandwidth_gb_s = bandwidth_gb_s(cores),
                            .full_load_w = measure::full_load(info, std::nullopt).power_w,
                            .memory_gb = memory ? memory->value() / kBytesPerGib : kUsualGib});
}

Status name_machine(pre::SaidSettings& said) {
  if (const auto network = said.find("network"); network != said.end()) {
    make_paths_whole(network->second.value);
  }
  const auto gpu = said.find("gpu");
  if (gpu == said.end()) return {};
  const auto here = name_here(gpu->second.value);
  if (!here) return here.error();
  if (here->limit) {
    said.try_emplace("power_limit", pre::Said{.value = fmt::format("{:g}", here->limit->value()),
                                              .origin = "W, as it is set",
                                              .assumed = true});
  }
  if (here->any) {
    said.try_emplace("host",
                     pre::Said{.value = host_name(), .origin = "this machine", .assumed = true});
  }
  return {};
}

void assume_host_speed(pre::SaidSettings& said) {
  const auto host = said.find("host");
  if (host == said.end() || host->second.value != host_name()) return;
  const auto speed = speed_of_this_host();
  if (!speed || !hardware::check_quiet(*speed)) return;
  const auto add = [&said](const char* name, double value) {
    said.try_emplace(name, pre::Said{.value = fmt::format("{:.3g}", value),
                                     .origin = "as calibrate host measured it",
                                     .assumed = true});
  };
  add("host_dispatch", hardware::dispatch_relative(*speed));
  add("host_pipeline", hardware::pipe_relative(*speed));
}

void assume_host_memory(pre::SaidSettings& said) {
  const auto memory = hardware::memory_of_machine();
  if (!memory) return;
  said.try_emplace("host_memory",
                   pre::Said{.value = fmt::format("{:.0f}", memory->value() / kBytesPerGib),
                             .origin = "GB, as here",
                             .assumed = true});
}

}  // namespace joulecast::cli
