// Everything that a folder holds, as data sets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "named_run.h"

namespace joulecast::accuracy {

struct Loaded {
  std::vector<DataSet> sets;
  std::vector<std::string> skipped;  ///< One line for each thing that was no training.
};

/// Recognises by content: a table of several trainings (deepgreen/epochs.csv), two-phase traces
/// with their derived phases (seaa2023), and in every other folder the recordings that
/// readers::load_run reads, which make one data set per folder. Looks into sub-folders.
Loaded load_folder(const std::filesystem::path& folder);

}  // namespace joulecast::accuracy
