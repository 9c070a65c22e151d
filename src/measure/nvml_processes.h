// Processes on a GPU that are not of the training.
#pragma once

#include <string>
#include <vector>

#include "measure/nvml_library.h"

namespace joulecast::measure::nvml {

/// Those computing on the device without descending from `root_pid`, e.g. "4711 (python)"; empty
/// also where the library does not tell. `root` is the prefix to /proc.
std::vector<std::string> other_processes(const Library& library, Handle device, int root_pid,
                                         const std::string& root);

}  // namespace joulecast::measure::nvml
