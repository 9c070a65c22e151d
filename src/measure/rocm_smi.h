// What other sources of GPUs must know of the ROCm-SMI source.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/measure/sources.h"

namespace joulecast::measure {

/// PCI addresses ("0000:c1:00.0") of the GPUs that the opened ROCm-SMI source knows and can
/// measure, whether the user chose them or not; empty without such a source.
std::vector<std::string> rocm_smi_addresses(const OpenedSources& opened);

/// The number after those of all "gpuN" that are opened.
std::size_t next_gpu_number(const OpenedSources& opened);

}  // namespace joulecast::measure
