// The pretended NVML: starting, finding devices, and who they are.
#include <cstdio>
#include <cstring>

#include "base/text.h"
#include "nvml_state.h"

using namespace joulecast::fake::nvml;  // NOLINT(google-build-using-namespace): the API's file

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
namespace {

constexpr int kCudaVersion = 12040;

struct PciInfo {
  char busIdLegacy[16];
  unsigned domain, bus, device, pciDeviceId, pciSubSystemId;
  char busId[32];
};

// Bus numbers rise with the index, as NVML's order has it.
unsigned bus_of(unsigned gpu) { return gpu + 1; }

nvmlReturn_t find(nvmlDevice_t* out, bool (*matches)(const Handle&, const char*),
                  const char* wanted) {
  const auto& gpus = machine().config().gpus;
  for (unsigned gpu = 0; gpu < gpus.size(); ++gpu) {
    for (int slice = -1; slice < static_cast<int>(gpus[gpu].mig); ++slice) {
      if (!matches({gpu, slice}, wanted)) continue;
      *out = handle_of(gpu, slice);
      return kSuccess;
    }
  }
  return kNotFound;
}

}  // namespace

extern "C" {

nvmlReturn_t nvmlInit_v2() {
  if (!machine().start(joulecast::fake::Maker::kNvidia)) return kUnknown;
  const std::string& failure = machine().config().init_fails;
  if (failure.empty()) return kSuccess;
  const nvmlReturn_t code = code_of(failure);
  machine().stop();
  return code;
}
nvmlReturn_t nvmlInit() { return nvmlInit_v2(); }
nvmlReturn_t nvmlInitWithFlags(unsigned /*flags*/) { return nvmlInit_v2(); }
nvmlReturn_t nvmlShutdown() {
  return machine().stop() ? nvmlReturn_t{kSuccess} : nvmlReturn_t{kUninitialized};
}
const char* nvmlErrorString(nvmlReturn_t code) { return text_of(code); }

nvmlReturn_t nvmlSystemGetDriverVersion(char* out, unsigned length) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess) return entered;
  return copy_text(machine().config().driver, out, length);
}
nvmlReturn_t nvmlSystemGetNVMLVersion(char* out, unsigned length) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess) return entered;
  return copy_text("12." + machine().config().driver, out, length);
}
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int* out) {
  const nvmlReturn_t entered = enter(out);
  if (entered == kSuccess) *out = kCudaVersion;
  return entered;
}
nvmlReturn_t nvmlSystemGetCudaDriverVersion(int* out) {
  return nvmlSystemGetCudaDriverVersion_v2(out);
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned* out) {
  const nvmlReturn_t entered = enter(out);
  if (entered == kSuccess) *out = static_cast<unsigned>(machine().config().gpus.size());
  return entered;
}
nvmlReturn_t nvmlDeviceGetCount(unsigned* out) { return nvmlDeviceGetCount_v2(out); }

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t* out) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess) return entered;
  if (index >= machine().config().gpus.size()) return kInvalidArgument;
  *out = handle_of(index);
  Handle handle;
  return enter("nvmlDeviceGetHandleByIndex_v2", *out, out, handle);
}
nvmlReturn_t nvmlDeviceGetHandleByIndex(unsigned index, nvmlDevice_t* out) {
  return nvmlDeviceGetHandleByIndex_v2(index, out);
}
nvmlReturn_t nvmlDeviceGetHandleByUUID(const char* uuid, nvmlDevice_t* out) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess || uuid == nullptr) return kInvalidArgument;
  return find(
      out, [](const Handle& handle, const char* wanted) { return uuid_of(handle) == wanted; },
      uuid);
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, PciInfo* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  *out = {};
  out->bus = bus_of(handle.gpu);
  std::snprintf(out->busIdLegacy, sizeof out->busIdLegacy, "0000:%02X:00.0", out->bus);
  std::snprintf(out->busId, sizeof out->busId, "00000000:%02X:00.0", out->bus);
  return kSuccess;
}
nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char* bus_id, nvmlDevice_t* out) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess || bus_id == nullptr) return kInvalidArgument;
  return find(
      out,
      [](const Handle& handle, const char* wanted) {
        PciInfo info{};
        if (handle.slice >= 0) return false;
        nvmlDeviceGetPciInfo_v3(handle_of(handle.gpu), &info);
        return std::strcmp(info.busId, wanted) == 0 || std::strcmp(info.busIdLegacy, wanted) == 0;
      },
      bus_id);
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  *out = handle.slice < 0 ? handle.gpu : static_cast<unsigned>(handle.slice);
  return kSuccess;
}
nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device, unsigned* out) {
  Handle handle;
  const nvmlReturn_t entered = enter_whole(__func__, device, out, handle);
  if (entered == kSuccess) *out = handle.gpu;
  return entered;
}
nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char* out, unsigned length) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  return copy_text(name_of(handle), out, length);
}
nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char* out, unsigned length) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  if (entered != kSuccess) return entered;
  return copy_text(uuid_of(handle), out, length);
}
nvmlReturn_t nvmlDeviceGetBoardPartNumber(nvmlDevice_t device, char* out, unsigned /*length*/) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, out, handle);
  return entered == kSuccess ? nvmlReturn_t{kNotSupported} : entered;
}
nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int* major, int* minor) {
  Handle handle;
  const nvmlReturn_t entered = enter(__func__, device, major, handle);
  if (entered != kSuccess || minor == nullptr) return entered;
  *major = config_of(handle).architecture->compute_major;
  *minor = config_of(handle).architecture->compute_minor;
  return kSuccess;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
