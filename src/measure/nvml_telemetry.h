// How busy an NVIDIA GPU is.
#pragma once

#include <string>

#include "measure/nvml_gpu.h"

namespace joulecast::measure::nvml {

/// Whatever the device does not tell stays absent. `root`: prefix to /proc.
Telemetry read_telemetry(const Library& library, const Gpu& gpu, int root_pid,
                         const std::string& root);

}  // namespace joulecast::measure::nvml
