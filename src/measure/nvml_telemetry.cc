#include "measure/nvml_telemetry.h"

#include <array>
#include <optional>

#include "measure/nvml_processes.h"

namespace joulecast::measure::nvml {
namespace {

constexpr double kPercent = 0.01;

struct ThrottleReason {
  unsigned long long bit;
  const char* words;
};
// Idling (bit 0x1) and clocks set by the user (0x2) hold nothing back.
constexpr std::array kThrottleReasons = {
    ThrottleReason{0x4, "power limit"},
    ThrottleReason{0x8, "hardware slowdown"},
    ThrottleReason{0x10, "sync boost"},
    ThrottleReason{0x20, "too hot (software)"},
    ThrottleReason{0x40, "too hot (hardware)"},
    ThrottleReason{0x80, "power brake (hardware)"},
    ThrottleReason{0x100, "display clock setting"},
};

// A number that a device gives, if it does.
template <typename Function, typename... Arguments>
std::optional<double> number(Function* function, Handle handle, Arguments... arguments) {
  unsigned value = 0;
  if (function == nullptr || function(handle, arguments..., &value) != kSuccess) {
    return std::nullopt;
  }
  return value;
}

void fill_load(const Library& library, Handle handle, Telemetry& telemetry) {
  Utilisation utilisation;
  if (library.utilisation != nullptr && library.utilisation(handle, &utilisation) == kSuccess) {
    telemetry.utilisation = kPercent * utilisation.gpu_percent;
  }
  Memory memory;
  if (library.memory != nullptr && library.memory(handle, &memory) == kSuccess) {
    telemetry.memory_used = Bytes(static_cast<double>(memory.used));
    telemetry.memory_total = Bytes(static_cast<double>(memory.total));
  }
}

void fill_throttling(const Library& library, Handle handle, Telemetry& telemetry) {
  unsigned long long reasons = 0;
  if (library.throttle_reasons == nullptr ||
      library.throttle_reasons(handle, &reasons) != kSuccess) {
    return;
  }
  for (const ThrottleReason& reason : kThrottleReasons) {
    if ((reasons & reason.bit) != 0) telemetry.throttle_reasons.emplace_back(reason.words);
  }
}

}  // namespace

Telemetry read_telemetry(const Library& library, const Gpu& gpu, int root_pid,
                         const std::string& root) {
  Telemetry telemetry;
  telemetry.device_id = gpu.id;
  telemetry.temperature_c = number(library.temperature, gpu.handle, kSensorGpu);
  telemetry.clock_mhz = number(library.clock, gpu.handle, kClockSm);
  telemetry.power_limit = power_limit(library, gpu.handle);
  fill_load(library, gpu.handle, telemetry);
  fill_throttling(library, gpu.handle, telemetry);
  telemetry.other_processes = other_processes(library, gpu.handle, root_pid, root);
  return telemetry;
}

}  // namespace joulecast::measure::nvml
