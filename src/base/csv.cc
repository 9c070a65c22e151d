#include "base/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstring>

#include "base/text.h"

namespace joulecast {
namespace {

// A quoted field from its opening quote on. Returns the position after the closing quote, or npos.
std::size_t read_quoted(std::string_view line, std::size_t quote, CsvField& field,
                        std::vector<std::string>& unquoted) {
  std::size_t at = line.find('"', quote + 1);
  bool doubled = false;
  while (at != std::string_view::npos && at + 1 < line.size() && line[at + 1] == '"') {
    doubled = true;
    at = line.find('"', at + 2);
  }
  if (at == std::string_view::npos) return at;
  field.text = line.substr(quote + 1, at - quote - 1);
  if (doubled) {
    std::string& text = unquoted.emplace_back();
    for (std::size_t i = 0; i < field.text.size(); ++i) {
      text += field.text[i];
      if (field.text[i] == '"') ++i;
    }
    field.text = text;
  }
  return at + 1;
}

}  // namespace

bool split_csv(std::string_view line, std::vector<CsvField>& fields,
               std::vector<std::string>& unquoted) {
  fields.clear();
  unquoted.clear();
  // Views into strings must survive the vector's growth.
  unquoted.reserve(line.size() / 4 + 1);
  std::size_t begin = 0;
  for (;;) {
    const std::size_t first = line.find_first_not_of(" \t", begin);
    CsvField field{.text = {}, .column = begin + 1};
    std::size_t comma = std::string_view::npos;
    if (first != std::string_view::npos && line[first] == '"') {
      field.column = first + 1;
      const std::size_t after = read_quoted(line, first, field, unquoted);
      if (after == std::string_view::npos) {
        fields.push_back(field);
        return false;
      }
      comma = line.find(',', after);
    } else {
      comma = line.find(',', begin);
      field.text = trim(line.substr(begin, comma - begin));
      if (!field.text.empty()) {
        field.column = static_cast<std::size_t>(field.text.data() - line.data()) + 1;
      }
    }
    fields.push_back(field);
    if (comma == std::string_view::npos) return true;
    begin = comma + 1;
  }
}

Result<CsvReader> CsvReader::open(LineReader lines) {
  CsvReader reader(std::move(lines));
  do {
    const auto step = reader.next();
    if (step == LineReader::Step::kError) return reader.error_;
    if (step == LineReader::Step::kEnd) {
      return Error{fmt::format("{}: there is no header line, only blanks", reader.lines_.name())};
    }
  } while (reader.fields_.empty());
  for (const CsvField& field : reader.fields_) reader.header_.emplace_back(field.text);
  // A byte-order mark, as spreadsheets write it.
  if (reader.header_[0].starts_with("\xEF\xBB\xBF")) reader.header_[0].erase(0, 3);
  return reader;
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (to_lower(header_[i]) == to_lower(name)) return i;
  }
  return std::nullopt;
}

Result<std::size_t> CsvReader::need_column(std::string_view name) const {
  if (const auto index = column(name)) return *index;
  const std::vector<std::string_view> names(header_.begin(), header_.end());
  const auto near = nearest(name, names);
  return Error{fmt::format(
      "{}:1: there is no column {}{}; the columns are: {}", lines_.name(), quoted(name),
      near ? fmt::format(" (did you mean {}?)", quoted(*near)) : "", fmt::join(header_, ", "))};
}

LineReader::Step CsvReader::next() {
  for (;;) {
    const auto step = lines_.next();
    if (step == LineReader::Step::kError) error_ = lines_.error();
    if (step != LineReader::Step::kLine) return step;
    if (trim(lines_.line()).empty()) continue;
    if (!split_csv(lines_.line(), fields_, unquoted_)) {
      error_ = error_at(fields_.back(), "a quote is opened here and not closed in this line");
      return LineReader::Step::kError;
    }
    return step;
  }
}

Result<double> CsvReader::number(std::size_t index) const {
  const CsvField& field = fields_[index];
  const auto number = parse_number(field.text);
  if (!number) {
    return error_at(field, fmt::format("{} is not a number (column {})", quoted(field.text),
                                       index < header_.size() ? header_[index] : "beyond header"));
  }
  if (!std::isfinite(*number)) {
    return error_at(field, fmt::format("{} is not a finite number", quoted(field.text)));
  }
  return *number;
}

}  // namespace joulecast
