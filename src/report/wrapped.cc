#include "report/wrapped.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulecast::report {

std::string wrapped(std::string_view label, std::string_view text, std::size_t width) {
  constexpr std::size_t kIndent = 10;
  std::string all = fmt::format("{:<{}}", label, kIndent);
  std::size_t column = kIndent;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!first && column + 1 + word.size() > width) {
      all += "\n" + std::string(kIndent, ' ');
      column = kIndent;
      first = true;
    }
    if (!first) all += ' ';
    all += word;
    column += word.size() + (first ? 0 : 1);
    first = false;
  }
  return all + "\n";
}

}  // namespace joulecast::report
