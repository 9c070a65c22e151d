// Columns of text, aligned.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/terminal.h"

namespace joulecast::report {

/// Rows of one length each, the first one the head. The first `left` columns to the left, the
/// others to the right; the head is dim.
std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t left,
                       const Terminal& terminal);

/// The same rows for a page in Markdown.
std::string markdown_table(const std::vector<std::vector<std::string>>& rows, std::size_t left);

}  // namespace joulecast::report
