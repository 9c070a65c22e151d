// data/hardware/cpus.toml, which is inside the program.
#pragma once

#include <vector>

#include "joulecast/hardware/cpu.h"

namespace joulecast::hardware {

/// Every entry that has a name, watts and cores; the tests see to it that all of them have.
std::vector<Cpu> read_cpu_table();

}  // namespace joulecast::hardware
