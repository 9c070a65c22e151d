// A run's record together with whether its state is final.
#pragma once

#include <filesystem>
#include <optional>

#include "joulecast/base/result.h"
#include "joulecast/store/record.h"

namespace joulecast::store {

struct SettledRun {
  RunRecord record;
  /// Whether it ended or is marked as interrupted: nothing more will happen to it.
  bool final = false;
  /// Of marking it, where that was due.
  Status marked;
};

/// Reads a run; one whose writer is gone is marked as interrupted.
Result<SettledRun> settle(const std::filesystem::path& folder);

/// Of a folder that another version of joulecast wrote in a form that this one does not know: what
/// is wrong. Nothing can be said of such a run, nor whether it is being written.
std::optional<Error> newer_schema(const std::filesystem::path& folder);

}  // namespace joulecast::store
