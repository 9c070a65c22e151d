#include "readers/head.h"

#include <fmt/format.h>

#include "base/csv.h"
#include "base/text.h"

namespace joulecast::readers {

std::string_view first_line(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = trim(head.substr(0, end));
    if (!line.empty()) return line;
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 1);
  }
  return {};
}

std::vector<std::string> header_fields(std::string_view head) {
  std::vector<CsvField> fields;
  std::vector<std::string> unquoted;
  const std::string_view line = first_line(head);
  std::vector<std::string> texts;
  if (line.empty() || !split_csv(line, fields, unquoted)) return texts;
  for (const CsvField& field : fields) texts.emplace_back(field.text);
  return texts;
}

Status skip_header(LineReader& lines) {
  for (;;) {
    const auto step = lines.next();
    if (step == LineReader::Step::kError) return lines.error();
    if (step == LineReader::Step::kEnd) {
      return Error{fmt::format("{}: there is no header line, only blanks", lines.name())};
    }
    std::string_view line = lines.line();
    if (lines.line_number() == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (!trim(line).empty()) return {};
  }
}

std::string joined(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < kMost; ++i) {
    if (i > 0) text += ", ";
    const std::string shown = quoted(words[i]);
    text += shown.substr(1, shown.size() - 2);
  }
  if (words.size() > kMost) text += fmt::format(", and {} more", words.size() - kMost);
  return text;
}

}  // namespace joulecast::readers
