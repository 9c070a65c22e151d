// --gpu NAME, where "auto" means the GPU of this machine.
#pragma once

#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/hardware/gpu.h"
#include "report/hardware.h"

namespace joulecast::cli {

/// The GPUs of this machine that `joulecast run` would measure, in its order (NVIDIA's first), and
/// their entries in the catalogue. Errors: as measure::open_sources().
Result<std::vector<report::MachineGpu>> gpus_of_this_machine();

/// The entry that `name` means: as hardware::find_gpu(), or "auto" for the first GPU of this
/// machine. Errors: there is none here; it or `name` is not in the catalogue.
Result<hardware::Gpu> gpu_of_option(const std::string& name);

}  // namespace joulecast::cli
