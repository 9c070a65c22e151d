// The pretended NVML: what a device reads now, as every version of the library has it.
#include <cmath>

#include "nvml_state.h"

using namespace joulecast::fake::nvml;  // NOLINT(google-build-using-namespace): the API's file

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
namespace {

constexpr double kMilli = 1e3;
constexpr double kPercent = 100.0;
constexpr double kLeastLimit = 0.3;  // of the greatest
constexpr unsigned kClockTypes = 4;
constexpr double kMaxClockMhz = 1980.0;

struct Utilization {
  unsigned gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};

unsigned whole(double value) { return static_cast<unsigned>(std::lround(value)); }

// A function that gives one number of the whole GPU.
template <typename Value>
nvmlReturn_t give(const char* function, nvmlDevice_t device, unsigned* out, Value value) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(function, device, out, handle);
  if (entered == kSuccess) *out = whole(value(handle));
  return entered;
}

double limit_mw(const Handle& handle) { return kMilli * config_of(handle).limit_w; }
double zero(const Handle& /*handle*/) { return 0.0; }

}  // namespace

extern "C" {

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned* out) {
  return give(__func__, device, out,
              [](const Handle& handle) { return kMilli * machine().power_w(handle.gpu); });
}
nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, Utilization* out) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  if (config_of(handle).mig > 0) return kNotSupported;
  out->gpu = whole(kPercent * machine().utilisation(handle.gpu));
  out->memory = out->gpu / 2;
  return kSuccess;
}
nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, Memory* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  out->total = static_cast<unsigned long long>(config_of(handle).memory_total);
  out->used = static_cast<unsigned long long>(config_of(handle).memory_used);
  out->free = out->total - out->used;
  return kSuccess;
}
nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, unsigned sensor, unsigned* out) {
  if (sensor != 0) return kInvalidArgument;
  return give(__func__, device, out,
              [](const Handle& handle) { return config_of(handle).temperature_c; });
}
nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned* out) {
  return give(__func__, device, out, limit_mw);
}
nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t device, unsigned* out) {
  return give(__func__, device, out, limit_mw);
}
nvmlReturn_t nvmlDeviceGetPowerManagementDefaultLimit(nvmlDevice_t device, unsigned* out) {
  return give(__func__, device, out, limit_mw);
}
nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t device, unsigned* least,
                                                          unsigned* most) {
  if (least == nullptr) return kInvalidArgument;
  const nvmlReturn_t given = give(__func__, device, most, limit_mw);
  if (given == kSuccess) *least = whole(kLeastLimit * *most);
  return given;
}
nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, unsigned type, unsigned* out) {
  if (type >= kClockTypes) return kInvalidArgument;
  return give(__func__, device, out,
              [](const Handle& handle) { return config_of(handle).clock_mhz; });
}
nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, unsigned type, unsigned* out) {
  if (type >= kClockTypes) return kInvalidArgument;
  return give(__func__, device, out, [](const Handle& /*handle*/) { return kMaxClockMhz; });
}
nvmlReturn_t nvmlDeviceGetPersistenceMode(nvmlDevice_t device, unsigned* out) {
  return give(__func__, device, out, zero);
}
nvmlReturn_t nvmlDeviceGetComputeMode(nvmlDevice_t device, unsigned* out) {
  return give(__func__, device, out, zero);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
