// What the pretended ROCm-SMI's functions share: the library's status codes (rocm_smi.h of ROCm)
// and the way a call may fail.
#pragma once

#include <cstdint>

#include "machine.h"

namespace joulecast::fake::rsmi {

enum Status : int {
  kSuccess = 0,
  kInvalidArgs = 1,
  kNotSupported = 2,
  kPermission = 4,
  kOutOfBounds = 7,
  kInitError = 8,
  kNotFound = 10,
  kUnexpectedData = 16,
};

inline constexpr double kMicro = 1e6;

inline Machine& machine() { return Machine::instance(); }
inline const GpuConfig& config_of(std::uint32_t gpu) { return machine().config().gpus[gpu]; }

/// Every function of a device begins with this: takes its time and says whether it fails now.
/// `out` is any pointer that must not be null.
Status enter(const char* function, std::uint32_t gpu, const void* out);

/// A GPU with the uuid of one before it is the second die of that card: it has no sensors, and
/// reads 0 W and 0 J as an MI250's does.
bool second_die(std::uint32_t gpu);

}  // namespace joulecast::fake::rsmi
