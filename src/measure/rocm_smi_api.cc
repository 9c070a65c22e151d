#include "measure/rocm_smi_api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace joulecast::measure {
namespace {

// Of rocm_smi.h.
constexpr int kSuccess = 0;
constexpr int kNotSupported = 2;
constexpr int kPermission = 4;
constexpr int kNotYetImplemented = 9;
constexpr int kNotFound = 10;
constexpr int kCurrentPower = 1;
constexpr int kVideoMemory = 0;
constexpr int kSystemClock = 0;
constexpr int kCurrentTemperature = 0;
constexpr std::uint32_t kEdge = 0, kJunction = 1;

struct Version {
  std::uint32_t major, minor, patch;
  const char* build;
};

struct OldFrequencies {
  std::uint32_t count, current;
  std::array<std::uint64_t, 32> hz;
};
struct Frequencies {
  bool has_deep_sleep;
  std::uint32_t count, current;
  std::array<std::uint64_t, 33> hz;
};

constexpr double kMicro = 1e-6;

Fault fault_of_status(int status) {
  switch (status) {
    case kSuccess:
      return Fault::kNone;
    case kNotSupported:
    case kNotYetImplemented:
      return Fault::kUnsupported;
    case kPermission:
      return Fault::kForbidden;
    case kNotFound:
      return Fault::kLost;
    default:
      return Fault::kUnreadable;
  }
}

/// Joules of one tick. The driver counts in 2^-16 J (kgd_pp_interface.h of Linux); the library
/// rounds that to 15.3 uJ, which would make every joule 0.27 % too many.
double tick_j(float stated_uj) {
  constexpr double kDriverTickJ = 0x1p-16;
  constexpr double kRounding = 0.005;
  const double stated_j = kMicro * static_cast<double>(stated_uj);
  return std::abs(stated_j / kDriverTickJ - 1.0) < kRounding ? kDriverTickJ : stated_j;
}

std::vector<std::string> candidates(const std::string& library) {
  const SourceOptions defaults;
  if (library != defaults.rocm_smi_library) return {library};
  std::vector<std::string> names;
  for (const char* folder : {"", "/opt/rocm/lib/"}) {
    for (const char* suffix : {"", ".7", ".6", ".5", ".1"}) {
      names.push_back(fmt::format("{}{}{}", folder, library, suffix));
    }
  }
  return names;
}

/// The first that opens. None: `finding` says why.
void* open_library(const std::string& library, Finding& finding) {
  finding.state = Finding::State::kAbsent;
  finding.detail = fmt::format("no {}", library);
  for (const std::string& name : candidates(library)) {
    // Never closed: the library keeps objects and locks of its own until the process ends.
    if (void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
    const std::string why = dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc
    // The same is said of a library that it needs, but then of that one's name.
    if (why.starts_with(name) && why.ends_with("No such file or directory")) continue;
    finding.state = Finding::State::kBroken;
    finding.detail = fmt::format("{} cannot be loaded: {}", name, why);
  }
  return nullptr;
}

}  // namespace

struct RocmSmiApi::Functions {
  int (*init)(std::uint64_t) = nullptr;
  int (*shut_down)() = nullptr;
  int (*num_monitor_devices)(std::uint32_t*) = nullptr;
  int (*version_get)(Version*) = nullptr;
  int (*dev_name_get)(std::uint32_t, char*, std::size_t) = nullptr;
  int (*dev_unique_id_get)(std::uint32_t, std::uint64_t*) = nullptr;
  int (*dev_pci_id_get)(std::uint32_t, std::uint64_t*) = nullptr;
  int (*dev_energy_count_get)(std::uint32_t, std::uint64_t*, float*, std::uint64_t*) = nullptr;
  int (*dev_power_get)(std::uint32_t, std::uint64_t*, int*) = nullptr;
  int (*dev_power_ave_get)(std::uint32_t, std::uint32_t, std::uint64_t*) = nullptr;
  int (*dev_power_cap_get)(std::uint32_t, std::uint32_t, std::uint64_t*) = nullptr;
  int (*dev_busy_percent_get)(std::uint32_t, std::uint32_t*) = nullptr;
  int (*dev_memory_total_get)(std::uint32_t, int, std::uint64_t*) = nullptr;
  int (*dev_memory_usage_get)(std::uint32_t, int, std::uint64_t*) = nullptr;
  int (*dev_temp_metric_get)(std::uint32_t, std::uint32_t, int, std::int64_t*) = nullptr;
  int (*dev_gpu_clk_freq_get)(std::uint32_t, int, void*) = nullptr;

  /// The name of a function that no version lacks and that is not there; null: all are.
  const char* resolve(void* library);

  /// ROCm 6.0 brought this function and, the same week, another layout of the frequencies.
  bool since_rocm_6() const { return dev_power_get != nullptr; }
};

const char* RocmSmiApi::Functions::resolve(void* library) {
  const char* missing = nullptr;
  const auto find = [library](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    return function != nullptr;
  };
  const auto need = [&](auto& function, const char* name) {
    if (!find(function, name) && missing == nullptr) missing = name;
  };
  need(init, "rsmi_init");
  need(shut_down, "rsmi_shut_down");
  need(num_monitor_devices, "rsmi_num_monitor_devices");
  find(version_get, "rsmi_version_get");
  find(dev_name_get, "rsmi_dev_name_get");
  find(dev_unique_id_get, "rsmi_dev_unique_id_get");
  find(dev_pci_id_get, "rsmi_dev_pci_id_get");
  find(dev_energy_count_get, "rsmi_dev_energy_count_get");
  find(dev_power_get, "rsmi_dev_power_get");
  find(dev_power_ave_get, "rsmi_dev_power_ave_get");
  find(dev_power_cap_get, "rsmi_dev_power_cap_get");
  find(dev_busy_percent_get, "rsmi_dev_busy_percent_get");
  find(dev_memory_total_get, "rsmi_dev_memory_total_get");
  find(dev_memory_usage_get, "rsmi_dev_memory_usage_get");
  find(dev_temp_metric_get, "rsmi_dev_temp_metric_get");
  find(dev_gpu_clk_freq_get, "rsmi_dev_gpu_clk_freq_get");
  return missing;
}

namespace {

/// Calls a function that writes one value as its last argument.
template <typename T, typename Function, typename... Arguments>
RocmAnswer<T> ask(Function function, Arguments... arguments) {
  RocmAnswer<T> answer;
  if (function == nullptr) return answer;
  answer.fault = fault_of_status(function(arguments..., &answer.value));
  return answer;
}

/// Microwatts as watts; what no GPU draws is how a firmware says that it has no value.
RocmAnswer<Watts> watts_of(const RocmAnswer<std::uint64_t>& microwatts) {
  constexpr double kMostW = 20000.0;
  RocmAnswer<Watts> answer;
  answer.value = Watts(kMicro * static_cast<double>(microwatts.value));
  answer.fault = microwatts.fault;
  if (answer.ok() && answer.value > Watts(kMostW)) answer.fault = Fault::kUnreadable;
  return answer;
}

}  // namespace

RocmSmiApi::RocmSmiApi(std::unique_ptr<Functions> functions) : functions_(std::move(functions)) {
  version_ = "ROCm-SMI";
  if (const auto version = ask<Version>(functions_->version_get); version.ok()) {
    version_ = fmt::format("ROCm-SMI {}.{}.{}", version.value.major, version.value.minor,
                           version.value.patch);
  }
  gpu_count_ = ask<std::uint32_t>(functions_->num_monitor_devices).value;
}

RocmSmiApi::~RocmSmiApi() { functions_->shut_down(); }

std::unique_ptr<RocmSmiApi> RocmSmiApi::load(const std::string& library, Finding& finding) {
  void* handle = open_library(library, finding);
  if (handle == nullptr) return nullptr;
  finding.state = Finding::State::kBroken;
  auto functions = std::make_unique<Functions>();
  if (const char* missing = functions->resolve(handle)) {
    finding.detail = fmt::format("{} has no {}", library, missing);
    return nullptr;
  }
  if (const int status = functions->init(0); status != kSuccess) {
    finding.detail =
        fmt::format("rsmi_init fails with status {}: is the amdgpu driver loaded?", status);
    return nullptr;
  }
  return std::unique_ptr<RocmSmiApi>(new RocmSmiApi(std::move(functions)));
}

RocmAnswer<RocmSmiApi::Power> RocmSmiApi::power(std::uint32_t gpu) const {
  RocmAnswer<std::uint64_t> microwatts;
  int type = 0;
  if (functions_->since_rocm_6()) {
    microwatts.fault = fault_of_status(functions_->dev_power_get(gpu, &microwatts.value, &type));
  } else {
    microwatts = ask<std::uint64_t>(functions_->dev_power_ave_get, gpu, 0U);
  }
  const auto watts = watts_of(microwatts);
  return {.value = {.watts = watts.value, .instant = type == kCurrentPower}, .fault = watts.fault};
}

RocmAnswer<double> RocmSmiApi::energy_j(std::uint32_t gpu) const {
  RocmAnswer<double> answer;
  if (functions_->dev_energy_count_get == nullptr) return answer;
  std::uint64_t ticks = 0, timestamp_ns = 0;
  float resolution_uj = 0.0F;
  answer.fault =
      fault_of_status(functions_->dev_energy_count_get(gpu, &ticks, &resolution_uj, &timestamp_ns));
  // Cards without the accumulator leave its field at all ones.
  const bool absent = ticks == std::numeric_limits<std::uint64_t>::max() || resolution_uj <= 0.0F;
  if (answer.ok() && absent) answer.fault = Fault::kUnsupported;
  answer.value = static_cast<double>(ticks) * tick_j(resolution_uj);
  return answer;
}

std::string RocmSmiApi::name(std::uint32_t gpu) const {
  std::array<char, 256> text{};
  if (functions_->dev_name_get == nullptr) return {};
  if (functions_->dev_name_get(gpu, text.data(), text.size() - 1) != kSuccess) return {};
  return text.data();
}

RocmAnswer<std::uint64_t> RocmSmiApi::unique_id(std::uint32_t gpu) const {
  return ask<std::uint64_t>(functions_->dev_unique_id_get, gpu);
}

std::string RocmSmiApi::pci_address(std::uint32_t gpu) const {
  const auto id = ask<std::uint64_t>(functions_->dev_pci_id_get, gpu);
  if (!id.ok()) return {};
  // rocm_smi.h, rsmi_dev_pci_id_get: domain [63:32], bus [15:8], device [7:3], function [2:0].
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", id.value >> 32U, (id.value >> 8U) & 0xffU,
                     (id.value >> 3U) & 0x1fU, id.value & 0x7U);
}

RocmAnswer<Watts> RocmSmiApi::power_cap(std::uint32_t gpu) const {
  return watts_of(ask<std::uint64_t>(functions_->dev_power_cap_get, gpu, 0U));
}

std::optional<double> RocmSmiApi::temperature_c(std::uint32_t gpu) const {
  constexpr double kMilli = 1e-3;
  for (const std::uint32_t sensor : {kEdge, kJunction}) {
    const auto milli =
        ask<std::int64_t>(functions_->dev_temp_metric_get, gpu, sensor, kCurrentTemperature);
    if (milli.ok()) return kMilli * static_cast<double>(milli.value);
  }
  return std::nullopt;
}

std::optional<double> RocmSmiApi::clock_mhz(std::uint32_t gpu) const {
  if (functions_->dev_gpu_clk_freq_get == nullptr) return std::nullopt;
  const auto current_of = [&](auto frequencies) -> std::optional<double> {
    if (functions_->dev_gpu_clk_freq_get(gpu, kSystemClock, &frequencies) != kSuccess) {
      return std::nullopt;
    }
    if (frequencies.current >= std::min<std::size_t>(frequencies.count, frequencies.hz.size())) {
      return std::nullopt;
    }
    return kMicro * static_cast<double>(frequencies.hz[frequencies.current]);
  };
  return functions_->since_rocm_6() ? current_of(Frequencies{}) : current_of(OldFrequencies{});
}

Telemetry RocmSmiApi::telemetry(std::uint32_t gpu) const {
  constexpr double kPercent = 100.0;
  Telemetry telemetry;
  const auto busy = ask<std::uint32_t>(functions_->dev_busy_percent_get, gpu);
  if (busy.ok()) telemetry.utilisation = std::min(1.0, busy.value / kPercent);
  const auto used = ask<std::uint64_t>(functions_->dev_memory_usage_get, gpu, kVideoMemory);
  if (used.ok()) telemetry.memory_used = Bytes(static_cast<double>(used.value));
  const auto total = ask<std::uint64_t>(functions_->dev_memory_total_get, gpu, kVideoMemory);
  if (total.ok()) telemetry.memory_total = Bytes(static_cast<double>(total.value));
  telemetry.temperature_c = temperature_c(gpu);
  telemetry.clock_mhz = clock_mhz(gpu);
  telemetry.power_limit = power_cap(gpu).optional();
  return telemetry;
}

}  // namespace joulecast::measure
