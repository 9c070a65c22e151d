// Small helpers for text and numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace joulecast {

std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);

/// The whole of `text` (blanks around it aside) as a number. Neither "12x" nor "" is one; "nan" and
/// "inf" are, so that a caller can say that they are not allowed.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

/// `text` fit to be shown in an error message: quoted, shortened, control characters escaped.
std::string quoted(std::string_view text);
// Where <iomanip> is included, a std::string would find std::quoted without these.
inline std::string quoted(const char* text) { return quoted(std::string_view(text)); }
inline std::string quoted(const std::string& text) { return quoted(std::string_view(text)); }
inline std::string quoted(std::string& text) { return quoted(std::string_view(text)); }

/// `text` with control characters escaped, so that a name in a file cannot command a terminal or
/// break a line in two.
std::string printable(std::string_view text);

/// How many letters must be put in, left out, replaced or swapped with their neighbour to make one
/// text of the other; case does not count.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The most edits between a word of `size` letters and what may have been meant by it.
std::size_t most_edits(std::size_t size);

/// The candidate nearest to `word` by edit distance, if it is near enough to be what was meant.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace joulecast
