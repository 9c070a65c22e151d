#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/byte_source.h"
#include "base/csv.h"
#include "base/line_reader.h"
#include "base/text.h"
#include "joulecast/pre/observations.h"
#include "pre/mapping.h"
#include "pre/recognise.h"
#include "pre/table_row.h"
#include "pre/whole_text.h"

namespace joulecast::pre {
namespace {

// Columns are found by name in small letters; of two of one name, one would be dropped.
Status no_column_twice(const CsvReader& csv) {
  std::set<std::string> names;
  for (const std::string& column : csv.header()) {
    if (column.empty() || names.insert(to_lower(column)).second) continue;
    return Error{fmt::format("{}:{}: two columns are called {}: rename or delete one",
                             csv.lines().name(), csv.lines().line_number(), quoted(column))};
  }
  return {};
}

// A column that is not used and is spelled nearly as one that is missing.
std::vector<std::string> notes_on_spelling(const Mapping& mapping, const CsvReader& csv) {
  const std::vector<std::string> known = mapping.columns();
  std::set<std::string> used;
  std::vector<std::string_view> missing;
  for (const std::string& column : known) {
    used.insert(to_lower(column));
    if (!csv.column(column)) missing.push_back(column);
  }
  std::vector<std::string> notes;
  for (const std::string& column : csv.header()) {
    if (used.contains(to_lower(column))) continue;
    const auto near = nearest(column, missing);
    if (!near) continue;
    notes.push_back(fmt::format("{}:{}: the column {} is not used; did you mean {}?", file_of(csv),
                                csv.lines().line_number(), quoted(column), quoted(*near)));
  }
  return notes;
}

struct FoundMapping {
  Mapping mapping;
  bool own = false;  ///< The columns are in the user's words, or in joulecast's.
};

FoundMapping built_in(const Mapping& mapping) { return {mapping, mapping.name == "joulecast"}; }

// By name, by file, or by the header.
Result<FoundMapping> mapping_of(const std::filesystem::path& said, const CsvReader& csv) {
  if (said.empty()) {
    const auto found = recognise(csv.header(), csv.lines().name());
    if (!found) return found.error();
    return built_in(**found);
  }
  if (const Mapping* known = find_mapping(said.string())) return built_in(*known);
  if (!std::filesystem::exists(said)) {
    std::vector<std::string> names;
    for (const Mapping& each : built_in_mappings()) names.push_back(each.name);
    return Error{
        fmt::format("--columns {}: there is no such file, and no built-in mapping of that "
                    "name; those are {}",
                    quoted(said.string()), fmt::join(names, ", "))};
  }
  const auto text = whole_text(said, 1, "mapping");
  if (!text) return text.error();
  auto mapping = parse_mapping(*text, said.string());
  if (!mapping) return mapping.error();
  return FoundMapping{std::move(mapping).value(), true};
}

Status read_rows(RowReader& rows, CsvReader& csv, Table& table) {
  LineReader::Step step = LineReader::Step::kLine;
  for (std::int64_t number = 1; (step = csv.next()) == LineReader::Step::kLine; ++number) {
    auto row = rows.read();
    if (!row) return row.error();
    if (!*row) continue;
    (*row)->observation.row = number;
    (*row)->observation.place = fmt::format("{}:{}", csv.lines().name(), csv.lines().line_number());
    table.observations.push_back(std::move((*row)->observation));
    table.architectures.push_back(std::move((*row)->architecture));
    auto& cells = table.cells.emplace_back();
    for (const CsvField& field : csv.row()) cells.emplace_back(field.text);
  }
  if (step == LineReader::Step::kError) return csv.error();
  return {};
}

}  // namespace

Result<Table> read_table(const std::filesystem::path& file, const std::filesystem::path& mapping,
                         RowNeeds needs) {
  auto source = open_file(file);
  if (!source) return source.error();
  auto csv = CsvReader::open(LineReader(std::move(source).value()));
  if (!csv) return csv.error();
  if (Status status = no_column_twice(*csv); !status) return status.error();
  const auto known = mapping_of(mapping, *csv);
  if (!known) return known.error();
  Table table;
  table.notes = notes_on_spelling(known->mapping, *csv);
  auto rows = RowReader::open(known->mapping, *csv);
  if (!rows) return rows.error();
  table.columns = csv->header();
  if (Status status = read_rows(*rows, *csv, table); !status) return status.error();
  for (std::string& note : rows->notes()) table.notes.push_back(std::move(note));
  leave_out_unusable(table, needs, file_of(*csv), known->own);
  if (table.observations.empty()) {
    const auto& reasons = table.warnings.empty() ? table.notes : table.warnings;
    return Error{fmt::format("{}: there is no row to use{}{}", file.string(),
                             reasons.empty() ? "" : "; ", fmt::join(reasons, "; "))};
  }
  return table;
}

std::string place_of(const Observation& observation) {
  if (!observation.place.empty()) return observation.place;
  return fmt::format("{} row {}", observation.source.empty() ? "data" : observation.source,
                     observation.row);
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
  std::move(more.warnings.begin(), more.warnings.end(), std::back_inserter(table.warnings));
}

std::vector<SourceName> source_names() {
  std::vector<SourceName> names;
  for (const Mapping& mapping : built_in_mappings()) names.push_back({mapping.name, mapping.about});
  return names;
}

}  // namespace joulecast::pre
