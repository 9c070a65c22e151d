// Looking at the beginning of a text file without reading on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/line_reader.h"
#include "joulecast/base/result.h"

namespace joulecast::readers {

/// The first line that is not blank, without a byte-order mark; empty where there is none.
std::string_view first_line(std::string_view head);

/// That line's fields, as CsvReader would give its header; empty where it cannot be split.
std::vector<std::string> header_fields(std::string_view head);

/// Moves `lines` onto its first line that is not blank.
Status skip_header(LineReader& lines);

/// "a, b, c", shortened where it is long.
std::string joined(const std::vector<std::string>& words);

}  // namespace joulecast::readers
