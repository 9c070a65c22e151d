// The words of a mark's line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::live {

/// "value", or "key=value" where an '=' stands outside quotes.
struct MarkWord {
  std::optional<std::string> key;
  std::string value;
  bool in_quotes = false;  ///< The value stood in quotes.
};

/// Refuses bytes that are not UTF-8, and control characters other than a tab.
Status check_mark_text(std::string_view line);

/// Cuts a line at its blanks. Errors: quotes that do not close, or that begin or end in mid-word.
Result<std::vector<MarkWord>> mark_words(std::string_view line);

enum class Quotes { kWhereNeeded, kAlways };
/// `text` as one word that mark_words() reads back.
std::string mark_word(std::string_view text, Quotes quotes = Quotes::kWhereNeeded);

}  // namespace joulecast::live
