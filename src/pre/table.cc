#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_source.h"
#include "base/csv.h"
#include "base/line_reader.h"
#include "base/text.h"
#include "joulecast/pre/observations.h"
#include "pre/mapping.h"
#include "pre/recognise.h"
#include "pre/table_row.h"

namespace joulecast::pre {
namespace {

Result<std::string> whole_text(const std::filesystem::path& file) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  auto source = open_file(file);
  if (!source) return source.error();
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = (*source)->read(buffer);
    if (!got) return got.error();
    if (*got == 0) return text;
    text.append(buffer.data(), *got);
    if (text.size() > kMostBytes) {
      return Error{fmt::format("{}: a mapping of more than 1 MiB is none", file.string())};
    }
  }
}

// By name, by file, or by the header.
Result<Mapping> mapping_of(const std::filesystem::path& said, const CsvReader& csv) {
  if (said.empty()) {
    const auto found = recognise(csv.header(), csv.lines().name());
    if (!found) return found.error();
    return **found;
  }
  if (const Mapping* known = find_mapping(said.string())) return *known;
  if (!std::filesystem::exists(said)) {
    std::vector<std::string> names;
    for (const Mapping& each : built_in_mappings()) names.push_back(each.name);
    return Error{
        fmt::format("--columns {}: there is no such file, and no built-in mapping of that "
                    "name; those are {}",
                    quoted(said.string()), fmt::join(names, ", "))};
  }
  const auto text = whole_text(said);
  if (!text) return text.error();
  return parse_mapping(*text, said.string());
}

}  // namespace

Result<Table> read_table(const std::filesystem::path& file, const std::filesystem::path& mapping) {
  auto source = open_file(file);
  if (!source) return source.error();
  auto csv = CsvReader::open(LineReader(std::move(source).value()));
  if (!csv) return csv.error();
  const auto known = mapping_of(mapping, *csv);
  if (!known) return known.error();
  auto rows = RowReader::open(*known, *csv);
  if (!rows) return rows.error();
  Table table;
  table.columns = csv->header();
  LineReader::Step step = LineReader::Step::kLine;
  for (std::int64_t number = 1; (step = csv->next()) == LineReader::Step::kLine; ++number) {
    auto row = rows->read();
    if (!row) return row.error();
    if (!*row) continue;
    (*row)->observation.row = number;
    table.observations.push_back(std::move((*row)->observation));
    table.architectures.push_back(std::move((*row)->architecture));
    auto& cells = table.cells.emplace_back();
    for (const CsvField& field : csv->row()) cells.emplace_back(field.text);
  }
  if (step == LineReader::Step::kError) return csv->error();
  table.notes = rows->notes();
  if (table.observations.empty()) {
    return Error{fmt::format("{}: there is no row to use{}{}", file.string(),
                             table.notes.empty() ? "" : "; ", fmt::join(table.notes, "; "))};
  }
  return table;
}

void append(Table& table, Table more) {
  std::vector<std::size_t> places;  // of each of more's columns in the table
  for (std::string& column : more.columns) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), column);
    places.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    if (found == table.columns.end()) table.columns.push_back(std::move(column));
  }
  for (auto& cells : table.cells) cells.resize(table.columns.size());
  for (auto& cells : more.cells) {
    std::vector<std::string> placed(table.columns.size());
    for (std::size_t i = 0; i < cells.size(); ++i) placed[places[i]] = std::move(cells[i]);
    table.cells.push_back(std::move(placed));
  }
  std::move(more.observations.begin(), more.observations.end(),
            std::back_inserter(table.observations));
  std::move(more.architectures.begin(), more.architectures.end(),
            std::back_inserter(table.architectures));
  std::move(more.notes.begin(), more.notes.end(), std::back_inserter(table.notes));
}

std::vector<SourceName> source_names() {
  std::vector<SourceName> names;
  for (const Mapping& mapping : built_in_mappings()) names.push_back({mapping.name, mapping.about});
  return names;
}

}  // namespace joulecast::pre
