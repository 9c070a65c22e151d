// The pretended NVML: what came with Volta and later, which the old variant does not have.
#include <cmath>

#include "base/text.h"
#include "nvml_state.h"

using namespace joulecast::fake::nvml;  // NOLINT(google-build-using-namespace): the API's file

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
namespace {

constexpr double kMilli = 1e3;
constexpr double kMicro = 1e6;
constexpr unsigned kPowerFieldsSinceDriver = 530;
constexpr unsigned kMostSlices = 7;

enum Field : unsigned { kTotalEnergy = 83, kPowerAverage = 185, kPowerInstant = 186 };
enum ValueType : unsigned { kUnsignedInt = 1, kUnsignedLongLong = 3 };

union Value {
  double dVal;
  unsigned uiVal;
  unsigned long ulVal;
  unsigned long long ullVal;
};
struct FieldValue {
  unsigned fieldId, scopeId;
  long long timestamp, latencyUsec;
  unsigned valueType;
  nvmlReturn_t nvmlReturn;
  Value value;
};
struct Memory_v2 {
  unsigned version;
  unsigned long long total, reserved, free, used;
};

bool has_power_fields() {
  const std::string& driver = machine().config().driver;
  const auto major = joulecast::parse_integer(driver.substr(0, driver.find('.')));
  return major && *major >= kPowerFieldsSinceDriver;
}

nvmlReturn_t fill_energy(nvmlDevice_t device, FieldValue& field);

void fill_power(unsigned gpu, FieldValue& field) {
  const double power_w = field.fieldId == kPowerInstant ? machine().instant_power_w(gpu)
                                                        : machine().average_power_w(gpu);
  field.valueType = kUnsignedInt;
  field.value.uiVal = static_cast<unsigned>(std::lround(kMilli * power_w));
}

nvmlReturn_t fill(nvmlDevice_t device, unsigned gpu, FieldValue& field) {
  if (field.fieldId == kTotalEnergy) return fill_energy(device, field);
  const bool power = field.fieldId == kPowerInstant || field.fieldId == kPowerAverage;
  if (!power || !has_power_fields()) return kNotSupported;
  fill_power(gpu, field);
  return kSuccess;
}

}  // namespace

extern "C" {

nvmlReturn_t nvmlDeviceGetArchitecture(nvmlDevice_t device, unsigned* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered == kSuccess) *out = config_of(handle).architecture->nvml_number;
  return entered;
}

nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long* out) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  if (!config_of(handle).architecture->energy_counter) return kNotSupported;
  *out = static_cast<unsigned long long>(kMilli * machine().counter_j(handle.gpu));
  return kSuccess;
}

nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count, FieldValue* fields) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, fields, handle);
  if (entered != kSuccess) return entered;
  for (int i = 0; i < count; ++i) {
    fields[i].timestamp = std::llround(kMicro * machine().now_s());
    fields[i].latencyUsec = 0;
    fields[i].nvmlReturn = fill(device, handle.gpu, fields[i]);
  }
  return kSuccess;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, Memory_v2* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  out->total = static_cast<unsigned long long>(config_of(handle).memory_total);
  out->used = static_cast<unsigned long long>(config_of(handle).memory_used);
  out->reserved = 0;
  out->free = out->total - out->used;
  return kSuccess;
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device,
                                                       unsigned long long* out) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, out, handle);
  if (entered == kSuccess) *out = config_of(handle).throttle;
  return entered;
}
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, unsigned long long* out) {
  return nvmlDeviceGetCurrentClocksThrottleReasons(device, out);
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned* current, unsigned* pending) {
  if (pending == nullptr) return kInvalidArgument;
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, current, handle);
  if (entered != kSuccess) return entered;
  *current = *pending = config_of(handle).mig > 0 ? 1U : 0U;
  return kSuccess;
}
nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned* out) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, out, handle);
  if (entered == kSuccess) *out = config_of(handle).mig > 0 ? kMostSlices : 0U;
  return entered;
}
nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned index,
                                                 nvmlDevice_t* out) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  if (index >= config_of(handle).mig) return kNotFound;
  *out = handle_of(handle.gpu, static_cast<int>(index));
  return kSuccess;
}
nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t device, nvmlDevice_t* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  if (handle.slice < 0) return kInvalidArgument;
  *out = handle_of(handle.gpu);
  return kSuccess;
}
nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device, unsigned* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered == kSuccess) *out = handle.slice < 0 ? 0U : 1U;
  return entered;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)

namespace {

nvmlReturn_t fill_energy(nvmlDevice_t device, FieldValue& field) {
  field.valueType = kUnsignedLongLong;
  return nvmlDeviceGetTotalEnergyConsumption(device, &field.value.ullVal);
}

}  // namespace
