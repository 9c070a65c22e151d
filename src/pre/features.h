// The ten features of PRE as published (del Rey et al., table 4).
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

inline constexpr std::size_t kFeatureCount = 10;
inline constexpr std::array<std::string_view, kFeatureCount> kFeatureNames = {
    "batch size",   "total RAM (GB)", "training size", "validation size", "forward GFLOPs",
    "image height", "image width",    "CUDA cores",    "GPU memory (GB)", "TDP (W)"};

/// In the order of the names. NaN: not known of this set-up (RAM and training size only).
using Features = std::array<double, kFeatureCount>;

/// Reads features off set-ups; remembers GPUs that it has looked up. Not thread-safe.
class FeatureReader {
 public:
  /// Errors: an unknown GPU or network, where the set-up does not carry their recorded figures.
  Result<Features> read(const SetUp& set_up);

 private:
  struct NetworkFacts {
    double gflops = 0.0, image_height = 0.0, image_width = 0.0;
  };
  struct GpuFacts {
    double cores = 0.0, memory_gb = 0.0, tdp_w = 0.0;
  };
  static Result<NetworkFacts> network_facts(const SetUp& set_up);
  Result<GpuFacts> gpu_facts(const SetUp& set_up);

  std::map<std::string, GpuFacts> gpus_;
};

}  // namespace joulecast::pre
