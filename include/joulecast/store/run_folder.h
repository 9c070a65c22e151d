// Reads a run folder, also one that is being written or was cut off.
#pragma once

#include <filesystem>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/run/run_sink.h"
#include "joulecast/store/record.h"

namespace joulecast::store {

/// Whether a folder is a run folder.
bool is_run_folder(const std::filesystem::path& folder);

/// All but the samples. A line or frame that was cut off at the end is left out silently (that is
/// how a killed writer leaves it); one damaged in the middle is left out with a note that says
/// where. Errors: not a run folder, a newer format version, nothing usable in it.
Result<RunRecord> read_record(const std::filesystem::path& folder);

/// As read_record, and the run as a stream in the form every command takes: devices, epochs, then
/// samples.
Result<RunRecord> stream_run(const std::filesystem::path& folder, RunSink& sink);

/// Marks a run whose writer is gone as interrupted, for good; does nothing to others.
Status mark_if_interrupted(const std::filesystem::path& folder);

}  // namespace joulecast::store
