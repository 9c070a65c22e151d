// A run's record together with whether its state is final.
#pragma once

#include <filesystem>

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

}  // namespace joulecast::store
