// The power trace of a run folder, frame by frame, whatever state it was left in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/frames.h"

namespace joulecast::store {

/// What is missing and where, a line each.
struct TraceDamage {
  std::vector<std::string> notes;
};

/// Calls `use` with every row once and in order; rows that the writer's death left in both files
/// count once. Frames of another number of devices are damage. Memory: a frame and a file window.
TraceDamage read_rows(const std::filesystem::path& folder, std::size_t devices,
                      const std::function<void(double time_s, std::span<const float>)>& use);

/// The time of the last row there is, from the last frames only; 0 where there is none.
double last_row_time(const std::filesystem::path& folder);

}  // namespace joulecast::store
