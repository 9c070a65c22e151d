// Names of the catalogues that are spelled nearly as one that they do not have.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::hardware {

struct NearName {
  std::string name;       ///< As the catalogue has it.
  std::size_t edits = 0;  ///< From what was asked for.
};

/// Up to three, the nearest first.
std::vector<NearName> near_gpus(std::string_view name);
std::vector<NearName> near_cpus(std::string_view name);

/// " (near: A, B, C)" of the three nearest; empty: there is none.
std::string near_text(std::vector<NearName> near);

}  // namespace joulecast::hardware
