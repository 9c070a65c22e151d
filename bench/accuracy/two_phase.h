// Trainings with ten frozen epochs before fine-tuning, of which only the power was recorded.
#pragma once

#include <filesystem>
#include <vector>

#include "joulecast/base/result.h"
#include "named_run.h"

namespace joulecast::accuracy {

/// From derived_phase.csv and the traces beside it, its consistent runs, three times: whole, the
/// frozen epochs alone, the fine-tuning alone. The file's period is one per architecture, up to
/// 2.4 % off single runs, so the boundaries come from each run's own period near it.
Result<std::vector<DataSet>> read_two_phase(const std::filesystem::path& folder);

}  // namespace joulecast::accuracy
