// The many spellings of a CPU's name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::hardware {

/// What two spellings of the same CPU have in common, e.g. "intel xeon gold 6248" of "Intel(R)
/// Xeon(R) Gold 6248 CPU @ 2.50GHz".
std::string cpu_key(std::string_view name);

/// The words of that key without the maker's: "core", "i9", "9900k".
std::vector<std::string> cpu_words(std::string_view name);

}  // namespace joulecast::hardware
