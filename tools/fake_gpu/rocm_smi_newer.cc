// The pretended ROCm-SMI: what came with ROCm 6.0.
#include <cmath>
#include <cstdint>

#include "rocm_smi_state.h"

using namespace joulecast::fake::rsmi;  // NOLINT(google-build-using-namespace): the API's file

namespace {

constexpr int kAverage = 0, kCurrent = 1;

struct Frequencies {
  bool has_deep_sleep;
  std::uint32_t count, current;
  std::uint64_t hz[33];
};

}  // namespace

extern "C" {

int rsmi_dev_current_socket_power_get(std::uint32_t gpu, std::uint64_t* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  const double power_w = second_die(gpu) ? 0.0 : machine().instant_power_w(gpu);
  *out = static_cast<std::uint64_t>(std::llround(power_w * kMicro));
  return kSuccess;
}

int rsmi_dev_power_ave_get(std::uint32_t gpu, std::uint32_t sensor, std::uint64_t* out);

int rsmi_dev_power_get(std::uint32_t gpu, std::uint64_t* out, int* type) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  if (type == nullptr) return kInvalidArgs;
  *type = kCurrent;
  if (rsmi_dev_current_socket_power_get(gpu, out) == kSuccess) return kSuccess;
  *type = kAverage;
  return rsmi_dev_power_ave_get(gpu, 0, out);
}

int rsmi_dev_gpu_clk_freq_get(std::uint32_t gpu, int /*clock*/, Frequencies* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  out->has_deep_sleep = false;
  out->count = 2;
  out->current = 1;
  out->hz[0] = static_cast<std::uint64_t>(std::llround(config_of(gpu).clock_mhz * kMicro / 2.0));
  out->hz[1] = static_cast<std::uint64_t>(std::llround(config_of(gpu).clock_mhz * kMicro));
  return kSuccess;
}

}  // extern "C"
