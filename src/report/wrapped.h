// A labelled paragraph that fits the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace joulecast::report {

/// `label`, padded, and the words of `text` in lines of at most `width` columns, each indented
/// below the first.
std::string wrapped(std::string_view label, std::string_view text, std::size_t width);

}  // namespace joulecast::report
