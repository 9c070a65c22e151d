// The pretended ROCm-SMI: what was otherwise before ROCm 6.0.
#include <cmath>
#include <cstdint>

#include "rocm_smi_state.h"

using namespace joulecast::fake::rsmi;  // NOLINT(google-build-using-namespace): the API's file

namespace {

struct Frequencies {
  std::uint32_t count, current;
  std::uint64_t hz[32];
};

}  // namespace

extern "C" {

int rsmi_dev_gpu_clk_freq_get(std::uint32_t gpu, int /*clock*/, Frequencies* out) {
  const auto entered = enter(__func__, gpu, out);
  if (entered != kSuccess) return entered;
  out->count = 1;
  out->current = 0;
  out->hz[0] = static_cast<std::uint64_t>(std::llround(config_of(gpu).clock_mhz * kMicro));
  return kSuccess;
}

}  // extern "C"
