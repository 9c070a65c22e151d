// A table of several trainings: a row per training, epoch and phase (train or eval).
#pragma once

#include <filesystem>
#include <vector>

#include "joulecast/base/result.h"
#include "named_run.h"

namespace joulecast::accuracy {

/// Whether the file is a table with the columns framework, phase and gpu_energy_j.
bool is_training_table(const std::filesystem::path& file);

/// The trainings in order of name: framework/model/dataset. An evaluation belongs to its epoch.
Result<std::vector<NamedRun>> read_training_table(const std::filesystem::path& file);

}  // namespace joulecast::accuracy
