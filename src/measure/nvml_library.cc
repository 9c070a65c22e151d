#include "measure/nvml_library.h"

#include <dlfcn.h>

#include <array>

#include "base/text.h"

namespace joulecast::measure::nvml {
namespace {

constexpr std::size_t kTextSize = 128;  // more than NVML's longest text

template <typename Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

std::string last_loader_error() {
  const char* text = dlerror();  // NOLINT(concurrency-mt-unsafe): of this thread
  return text == nullptr ? "it cannot be loaded" : printable(text);
}

}  // namespace

bool Library::bind(const std::string& file, std::string& missing) {
  const auto need = [&](const char* name, auto*& function) {
    const bool found = find(handle_, name, function);
    if (!found) missing = file + " has no " + name;
    return found;
  };
  const bool complete = need("nvmlInit_v2", init_) && need("nvmlShutdown", shutdown_) &&
                        need("nvmlErrorString", error_string_) &&
                        need("nvmlSystemGetDriverVersion", system_driver_version_) &&
                        need("nvmlDeviceGetCount_v2", device_count) &&
                        need("nvmlDeviceGetHandleByIndex_v2", device_by_index) &&
                        need("nvmlDeviceGetName", device_name) &&
                        need("nvmlDeviceGetUUID", device_uuid) &&
                        need("nvmlDeviceGetPowerUsage", power_usage);
  if (!complete) return false;
  find(handle_, "nvmlDeviceGetTotalEnergyConsumption", total_energy);
  find(handle_, "nvmlDeviceGetFieldValues", field_values);
  find(handle_, "nvmlDeviceGetArchitecture", architecture);
  find(handle_, "nvmlDeviceGetCudaComputeCapability", compute_capability);
  find(handle_, "nvmlDeviceGetUtilizationRates", utilisation);
  find(handle_, "nvmlDeviceGetMemoryInfo", memory);
  find(handle_, "nvmlDeviceGetTemperature", temperature);
  find(handle_, "nvmlDeviceGetClockInfo", clock);
  find(handle_, "nvmlDeviceGetEnforcedPowerLimit", enforced_power_limit);
  find(handle_, "nvmlDeviceGetCurrentClocksThrottleReasons", throttle_reasons);
  // Drivers 535.43 to 535.86 fill larger entries under the newer name.
  if (!find(handle_, "nvmlDeviceGetComputeRunningProcesses_v2", compute_processes)) {
    find(handle_, "nvmlDeviceGetComputeRunningProcesses_v3", compute_processes);
  }
  find(handle_, "nvmlDeviceGetMaxMigDeviceCount", max_slices);
  find(handle_, "nvmlDeviceGetMigDeviceHandleByIndex", slice_by_index);
  return true;
}

Library::Loaded Library::load(const std::string& file) {
  std::unique_ptr<Library> library(new Library);
  library->handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library->handle_ == nullptr) {
    return {nullptr, Failure::kAbsent, kSuccess, last_loader_error()};
  }
  std::string missing;
  if (!library->bind(file, missing)) return {nullptr, Failure::kTooOld, kSuccess, missing};
  const Return code = library->init_();
  if (code != kSuccess) return {nullptr, Failure::kInit, code, library->error_text(code)};
  library->initialised_ = true;
  return {std::move(library), Failure::kNone, kSuccess, {}};
}

Library::~Library() {
  if (initialised_) shutdown_();
  if (handle_ != nullptr) dlclose(handle_);
}

std::string Library::error_text(Return code) const {
  const char* text = error_string_(code);
  return text == nullptr ? "error " + std::to_string(code) : printable(text);
}

std::string Library::driver_version() const {
  std::array<char, kTextSize> buffer{};
  if (system_driver_version_(buffer.data(), kTextSize) != kSuccess) return "of unknown version";
  return printable(buffer.data());
}

std::string Library::text(Return (*function)(Handle, char*, unsigned), Handle device) const {
  std::array<char, kTextSize> buffer{};
  if (function(device, buffer.data(), kTextSize) != kSuccess) return {};
  return printable(buffer.data());
}

Fault fault_of(Return code) {
  switch (code) {
    case kSuccess:
      return Fault::kNone;
    case kNotSupported:
    case kFunctionNotFound:
      return Fault::kUnsupported;
    case kNoPermission:
      return Fault::kForbidden;
    case kNotFound:
    case kGpuIsLost:
    case kResetRequired:
    case kGpuNotFound:
      return Fault::kLost;
    default:
      return Fault::kUnreadable;
  }
}

}  // namespace joulecast::measure::nvml
