// The pretended NVML: processes on a device.
#include "nvml_state.h"

using namespace joulecast::fake::nvml;  // NOLINT(google-build-using-namespace): the API's file

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
namespace {

struct ProcessInfo_v1 {
  unsigned pid;
  unsigned long long usedGpuMemory;
};
struct ProcessInfo_v2 {
  unsigned pid;
  unsigned long long usedGpuMemory;
  unsigned gpuInstanceId, computeInstanceId;
};

/// What drivers 535.43 to 535.86 have under the name of v3.
struct ProcessInfo_535 {
  ProcessInfo_v2 same;
  unsigned long long usedGpuCcProtectedMemory;
};

constexpr unsigned long long kUsed = 1ULL << 30U;
constexpr unsigned kNoInstance = 0xffffffffU;

void put(unsigned pid, ProcessInfo_v1& out) { out = {pid, kUsed}; }
void put(unsigned pid, ProcessInfo_v2& out) { out = {pid, kUsed, kNoInstance, kNoInstance}; }
void put(unsigned pid, ProcessInfo_535& out) {
  put(pid, out.same);
  out.usedGpuCcProtectedMemory = 0;
}

template <typename Info>
nvmlReturn_t list(const char* function, nvmlDevice_t device, unsigned* count, Info* out) {
  Handle handle;
  const nvmlReturn_t entered = enter(function, device, count, handle);
  if (entered != kSuccess) return entered;
  const auto& processes = config_of(handle).processes;
  const unsigned room = *count;
  *count = static_cast<unsigned>(processes.size());
  if (processes.empty()) return kSuccess;
  if (out == nullptr || room < processes.size()) return kInsufficientSize;
  for (const auto& process : processes) put(process.pid, *out++);
  return kSuccess;
}

nvmlReturn_t list_none(const char* function, nvmlDevice_t device, unsigned* count) {
  Handle handle;
  const nvmlReturn_t entered = enter(function, device, count, handle);
  if (entered == kSuccess) *count = 0;
  return entered;
}

}  // namespace

extern "C" {

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(nvmlDevice_t device, unsigned* count,
                                                  ProcessInfo_v1* out) {
  return list(__func__, device, count, out);
}
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t device, unsigned* count,
                                                     ProcessInfo_v2* out) {
  return list(__func__, device, count, out);
}
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned* count,
                                                     ProcessInfo_v2* out) {
  if (machine().config().driver == "535.54.03") {
    return list(__func__, device, count, reinterpret_cast<ProcessInfo_535*>(out));
  }
  return list(__func__, device, count, out);
}
nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses(nvmlDevice_t device, unsigned* count,
                                                   ProcessInfo_v1* /*out*/) {
  return list_none(__func__, device, count);
}
nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v2(nvmlDevice_t device, unsigned* count,
                                                      ProcessInfo_v2* /*out*/) {
  return list_none(__func__, device, count);
}
nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t device, unsigned* count,
                                                      ProcessInfo_v2* /*out*/) {
  return list_none(__func__, device, count);
}
nvmlReturn_t nvmlSystemGetProcessName(unsigned pid, char* out, unsigned length) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess) return entered;
  for (const auto& gpu : machine().config().gpus) {
    for (const auto& process : gpu.processes) {
      if (process.pid == pid) return copy_text(process.name, out, length);
    }
  }
  return kNotFound;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
