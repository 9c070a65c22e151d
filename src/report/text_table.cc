#include "report/text_table.h"

#include <algorithm>
#include <string_view>

namespace joulecast::report {
namespace {

// Bytes of UTF-8 that begin a character.
std::size_t shown_width(std::string_view text) {
  constexpr unsigned char kMask = 0xc0, kContinued = 0x80;
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & kMask) != kContinued;
  }));
}

}  // namespace

std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t left,
                       const Terminal& terminal) {
  if (rows.empty()) return "";
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], shown_width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - shown_width(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < left ? row[i] + blanks : blanks + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (&row == &rows.front() ? terminal.dim(line) : line) + "\n";
  }
  return text;
}

std::string markdown_table(const std::vector<std::vector<std::string>>& rows, std::size_t left) {
  std::string text;
  for (const auto& row : rows) {
    for (const std::string& cell : row) {
      text += "| ";
      for (const char c : cell) text += c == '|' ? std::string("\\|") : std::string(1, c);
      text += " ";
    }
    text += "|\n";
    if (&row != &rows.front()) continue;
    for (std::size_t i = 0; i < row.size(); ++i) text += i < left ? "|---" : "|---:";
    text += "|\n";
  }
  return text;
}

}  // namespace joulecast::report
