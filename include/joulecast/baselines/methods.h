// Every method that `joulecast compare` knows, each with what stands behind it: formula, constants,
// source, limits. The entry of this room.
#pragma once

#include <span>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::baselines {

/// Whose a method is: what users would otherwise pick, the published STEP and PRE, or ours.
enum class Family { kExisting, kPublished, kOurs };

struct Method {
  std::string_view name;  ///< "carbontracker-1"
  std::string_view about;
  std::string_view formula;
  std::string_view constants;
  std::string_view source;
  std::string_view limits;
  std::string_view when;  ///< It can answer: "before the start", "after 15 epochs", "at the end".
  std::string_view told;  ///< That its user may not know then; empty: nothing.
  Family family = Family::kExisting;
};

/// All of them, in the order of the tables. Safe from any thread.
std::span<const Method> methods();

/// By name; "joulecast@3" is joulecast. The error names the nearest ones.
Result<const Method*> find_method(std::string_view name);

}  // namespace joulecast::baselines
