// The pretended ROCm-SMI: what all versions of the library have.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include "rocm_smi_state.h"

namespace joulecast::fake::rsmi {

Status enter(const char* function, std::uint32_t gpu, const void* out) {
  if (!machine().started()) return kInitError;
  machine().delay();
  if (gpu >= machine().config().gpus.size()) return kOutOfBounds;
  if (out == nullptr) return kInvalidArgs;
  const Fault* fault = machine().fault(gpu, function);
  if (fault == nullptr) return kSuccess;
  switch (fault->kind) {
    case Fault::Kind::kLost:
      return kNotFound;
    case Fault::Kind::kForbidden:
      return kPermission;
    case Fault::Kind::kUnsupported:
      return kNotSupported;
    default:
      return kUnexpectedData;
  }
}

bool second_die(std::uint32_t gpu) {
  const auto& gpus = machine().config().gpus;
  return std::any_of(gpus.begin(), gpus.begin() + gpu,
                     [&](const GpuConfig& other) { return other.uuid == gpus[gpu].uuid; });
}

}  // namespace joulecast::fake::rsmi

using namespace joulecast::fake::rsmi;  // NOLINT(google-build-using-namespace): the API's file

namespace {

// A tick of the accumulator, and what the library says that one is (its kEnergyCounterResolution).
constexpr double kTickJ = 0x1p-16;
constexpr float kStatedTickUj = 15.3F;
constexpr double kNano = 1e9;
constexpr double kMilli = 1e3;
constexpr double kPercent = 100.0;

std::uint64_t whole(double value) { return static_cast<std::uint64_t>(std::llround(value)); }

}  // namespace

extern "C" {

int rsmi_init(std::uint64_t /*flags*/) {
  if (!machine().start(joulecast::fake::Maker::kAmd)) return kInitError;
  if (machine().config().init_fails.empty()) return kSuccess;
  machine().stop();
  return kInitError;
}
int rsmi_shut_down() { return machine().stop() ? kSuccess : kInitError; }

int rsmi_num_monitor_devices(std::uint32_t* out) {
  if (out == nullptr) return kInvalidArgs;
  if (!machine().started()) return kInitError;
  *out = static_cast<std::uint32_t>(machine().config().gpus.size());
  return kSuccess;
}

int rsmi_version_get(void* out) {
  struct Version {
    std::uint32_t major, minor, patch;
    const char* build;
  };
  static const Version version = {7, 3, 0, "joulecast fake"};
  if (out == nullptr) return kInvalidArgs;
  std::memcpy(out, &version, sizeof(version));
  return kSuccess;
}

int rsmi_dev_name_get(std::uint32_t gpu, char* out, std::size_t length) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  if (length == 0) return kInvalidArgs;
  const std::size_t copied = std::min(length - 1, config_of(gpu).model.size());
  std::memcpy(out, config_of(gpu).model.data(), copied);
  out[copied] = '\0';
  return kSuccess;
}

int rsmi_dev_unique_id_get(std::uint32_t gpu, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  std::string_view uuid = config_of(gpu).uuid;
  if (uuid.starts_with("GPU-")) uuid.remove_prefix(4);
  const auto parsed = std::from_chars(uuid.data(), uuid.data() + uuid.size(), *out, 16);
  return parsed.ec == std::errc() ? kSuccess : kNotSupported;
}

int rsmi_dev_pci_id_get(std::uint32_t gpu, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered == kSuccess) *out = (std::uint64_t{gpu} + 1) << 8U;  // 0000:01:00.0, 0000:02:00.0...
  return entered;
}

int rsmi_dev_energy_count_get(std::uint32_t gpu, std::uint64_t* ticks, float* resolution_uj,
                              std::uint64_t* timestamp_ns) {
  const auto entered = enter(__func__, gpu, ticks);
  if (entered != kSuccess) return entered;
  if (timestamp_ns == nullptr) return kInvalidArgs;
  *ticks = second_die(gpu) ? 0 : whole(machine().counter_j(gpu) / kTickJ);
  *timestamp_ns = whole(machine().now_s() * kNano);
  if (resolution_uj != nullptr) *resolution_uj = kStatedTickUj;
  return kSuccess;
}

int rsmi_dev_power_ave_get(std::uint32_t gpu, std::uint32_t /*sensor*/, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  *out = second_die(gpu) ? 0 : whole(machine().average_power_w(gpu) * kMicro);
  return kSuccess;
}

int rsmi_dev_power_cap_get(std::uint32_t gpu, std::uint32_t /*sensor*/, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered == kSuccess) *out = whole(config_of(gpu).limit_w * kMicro);
  return entered;
}

int rsmi_dev_busy_percent_get(std::uint32_t gpu, std::uint32_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered == kSuccess) {
    *out = static_cast<std::uint32_t>(whole(machine().utilisation(gpu) * kPercent));
  }
  return entered;
}

int rsmi_dev_memory_total_get(std::uint32_t gpu, int type, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  if (type != 0) return kNotSupported;
  *out = whole(config_of(gpu).memory_total);
  return kSuccess;
}

int rsmi_dev_memory_usage_get(std::uint32_t gpu, int type, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  if (type != 0) return kNotSupported;
  *out = whole(config_of(gpu).memory_used);
  return kSuccess;
}

int rsmi_dev_temp_metric_get(std::uint32_t gpu, std::uint32_t sensor, int metric,
                             std::int64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  // As an Instinct: it has no sensor at the edge (0), only at the junction (1).
  if (sensor != 1 || metric != 0) return kNotSupported;
  *out = std::llround(config_of(gpu).temperature_c * kMilli);
  return kSuccess;
}

}  // extern "C"
