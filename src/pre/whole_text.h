// A small text file as one string.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::pre {

/// A regular file, plain or gzip. `kind` stands in the error for one of more than `most_mib`:
/// "mine.toml: more than 1 MiB: no mapping". Other errors: as open_file(), with the system's
/// reason.
Result<std::string> whole_text(const std::filesystem::path& file, std::size_t most_mib,
                               std::string_view kind);

}  // namespace joulecast::pre
