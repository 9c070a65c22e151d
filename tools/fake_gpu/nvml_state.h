// What the pretended NVML's functions share: its public types as NVIDIA documents them (NVML API
// Reference), handles, and the way a call may fail.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "machine.h"

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
extern "C" {
using nvmlReturn_t = int;
using nvmlDevice_t = struct nvmlDevice_st*;
}
// NOLINTEND(readability-identifier-naming)

namespace joulecast::fake::nvml {

enum Code : nvmlReturn_t {
  kSuccess = 0,
  kUninitialized = 1,
  kInvalidArgument = 2,
  kNotSupported = 3,
  kNoPermission = 4,
  kNotFound = 6,
  kInsufficientSize = 7,
  kGpuIsLost = 15,
  kUnknown = 999,
};

/// Code of an error's name without its prefix ("DRIVER_NOT_LOADED") or number; kUnknown if neither.
nvmlReturn_t code_of(std::string_view name);
const char* text_of(nvmlReturn_t code);

/// What a handle stands for.
struct Handle {
  unsigned gpu = 0;
  int slice = -1;  ///< MIG slice; -1: the whole GPU.
};
nvmlDevice_t handle_of(unsigned gpu, int slice = -1);

std::string uuid_of(const Handle& handle);
std::string name_of(const Handle& handle);

/// Every function of a device begins with this: takes its time, resolves the handle and says
/// whether the function fails now. `out` is any pointer that must not be null.
nvmlReturn_t enter(const char* function, nvmlDevice_t device, const void* out, Handle& handle);
/// The same for what a MIG slice does not have.
nvmlReturn_t enter_whole(const char* function, nvmlDevice_t device, const void* out,
                         Handle& handle);
/// For functions without a device.
nvmlReturn_t enter(const void* out);

nvmlReturn_t copy_text(std::string_view text, char* out, unsigned length);

inline Machine& machine() { return Machine::instance(); }
inline const GpuConfig& config_of(const Handle& handle) {
  return machine().config().gpus[handle.gpu];
}

}  // namespace joulecast::fake::nvml
