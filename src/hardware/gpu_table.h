// data/hardware/gpus.toml, which is inside the program.
#pragma once

#include <vector>

#include "joulecast/hardware/gpu.h"

namespace joulecast::hardware {

/// Every entry that has a name. A figure that an entry lacks is 0; the tests see to it that none
/// does.
std::vector<Gpu> read_gpu_table();

}  // namespace joulecast::hardware
