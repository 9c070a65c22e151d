// The mappings that joulecast knows (data/sources), and which of them a table fits.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pre/mapping.h"

namespace joulecast::pre {

/// Sorted by name. Safe from any thread.
std::span<const Mapping> built_in_mappings();

/// None: there is none of that name.
const Mapping* find_mapping(std::string_view name);

/// The one whose columns the header has; of several the one with the most columns. The error names
/// the nearest mapping and what it lacks.
Result<const Mapping*> recognise(std::span<const std::string> header, const std::string& file);

}  // namespace joulecast::pre
