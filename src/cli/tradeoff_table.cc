#include "cli/tradeoff_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

#include "base/csv.h"
#include "base/text.h"
#include "cli/tradeoff_columns.h"
#include "cli/tradeoff_facts.h"
#include "cli/tradeoff_levels.h"
#include "cli/tradeoff_where.h"
#include "pre/recognise.h"

namespace joulecast::cli {
namespace {

// By name, by file, or by the header; none: no built-in one fits.
Result<std::optional<pre::Mapping>> mapping_of(const std::string& said, const CsvReader& csv) {
  if (said.empty()) {
    const auto found = pre::recognise(csv.header(), csv.lines().name());
    return found ? std::optional(**found) : std::nullopt;
  }
  if (const pre::Mapping* known = pre::find_mapping(said)) return std::optional(*known);
  std::ifstream file(said);
  if (!file) {
    return Error{
        fmt::format("--columns {}: there is no such file, and no built-in mapping of "
                    "that name",
                    quoted(said))};
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto mapping = pre::parse_mapping(text, said);
  if (!mapping) return mapping.error();
  return std::optional(std::move(mapping).value());
}

Result<CsvReader> open_csv(const OpenTable& open) {
  auto source = open();
  if (!source) return source.error();
  return CsvReader::open(LineReader(std::move(source).value()));
}

constexpr std::array<std::string_view, 6> kFieldsBeforeColumns = {
    "architecture", "gpu", "dataset", "batch_size", "image_size", "network"};

// A field of the mapping, else a column of the table.
Result<TradeoffColumn> find_column(const pre::Mapping* mapping, const CsvReader& csv,
                                   std::string_view name) {
  std::string field = to_lower(name);
  std::replace(field.begin(), field.end(), '-', '_');
  const bool ours = std::find(kFieldsBeforeColumns.begin(), kFieldsBeforeColumns.end(), field) !=
                    kFieldsBeforeColumns.end();
  if (ours) {
    if (auto column = TradeoffColumn::of_field(mapping, csv, field)) return std::move(*column);
    if (field == "architecture") {
      if (auto network = TradeoffColumn::of_field(mapping, csv, "network"))
        return std::move(*network);
    }
  }
  if (const auto index = csv.column(name)) return TradeoffColumn::of_cell(csv, *index);
  if (auto column = TradeoffColumn::of_field(mapping, csv, field)) return std::move(*column);

  std::vector<std::string_view> names(csv.header().begin(), csv.header().end());
  if (mapping != nullptr) {
    for (const auto& [known, source] : mapping->fields) {
      if (!TradeoffColumn::of_field(mapping, csv, known)) continue;
      if (std::find(names.begin(), names.end(), known) == names.end()) names.push_back(known);
    }
  }
  const auto near = nearest(name, names);
  return Error{fmt::format("{}: there is no column {}{}; there are {}", csv.lines().name(),
                           quoted(name), near ? fmt::format(" (did you mean {}?)", *near) : "",
                           fmt::join(names, ", "))};
}

double fact_of(const TradeoffFacts& facts, std::string_view response) {
  if (response == "energy") return facts.run_energy_j;
  if (response == "epoch-energy") return facts.epoch_energy_j;
  if (response == "energy-per-image") return facts.image_energy_j;
  if (response == "time") return facts.epoch_time_s;
  return facts.power_w;
}

// One of ours, whichever way its words are joined.
const TradeoffResponse* find_response(std::string_view name) {
  std::string small = to_lower(name);
  std::replace(small.begin(), small.end(), '_', '-');
  for (const TradeoffResponse& response : tradeoff_responses()) {
    if (response.name == small) return &response;
  }
  return nullptr;
}

constexpr std::array<std::string_view, 6> kCorrectness = {"f1",       "f1-score", "f1_score",
                                                          "accuracy", "acc",      "correctness"};

}  // namespace

const std::vector<TradeoffResponse>& tradeoff_responses() {
  static const std::vector<TradeoffResponse> responses = {
      {"energy", "energy", "J"},
      {"epoch-energy", "energy of an epoch", "J"},
      {"energy-per-image", "energy per image", "J"},
      {"time", "time of an epoch", "s"},
      {"power", "mean power", "W"}};
  return responses;
}

struct TradeoffReader::State {
  // The columns of one table that matter.
  struct Columns {
    std::vector<TradeoffColumn> groups;
    std::optional<TradeoffColumn> response, correctness;
    TradeoffFactReader facts;
    std::vector<std::optional<TradeoffCondition>> leave_out;
  };

  Result<Columns> columns_of(const pre::Mapping* mapping, const CsvReader& csv);
  Status add_response(const pre::Mapping* mapping, const CsvReader& csv, Columns& columns);
  Status add_correctness(const pre::Mapping* mapping, const CsvReader& csv, Columns& columns);
  bool left_out(const pre::Mapping* mapping, const CsvReader& csv, const Columns& columns);
  Status add_row(Columns& columns);
  Status add_rows(const pre::Mapping* mapping, CsvReader& csv, TradeoffWhere& where);

  TradeoffRequest request;
  TradeoffTable table;
  std::vector<TradeoffLevels> index;
  std::vector<std::vector<std::size_t>> levels;
  std::map<std::string, std::int64_t> left_out_rows;
};

Status TradeoffReader::State::add_response(const pre::Mapping* mapping, const CsvReader& csv,
                                           Columns& columns) {
  const TradeoffResponse* ours = find_response(request.response);
  if (ours != nullptr && (mapping != nullptr || !csv.column(request.response))) {
    request.response = ours->name;
    table.what = ours->what;
    table.unit = ours->unit;
    if (mapping != nullptr) return {};
    return Error{
        fmt::format("{}: no column of it is known as {}: name one with --response, or say "
                    "what its columns are with --columns (docs/estimator-data.md); there "
                    "are {}",
                    csv.lines().name(), ours->what, fmt::join(csv.header(), ", "))};
  }
  auto column = find_column(mapping, csv, request.response);
  if (!column) {
    std::vector<std::string_view> names;
    for (const TradeoffResponse& response : tradeoff_responses()) names.push_back(response.name);
    return Error{
        fmt::format("{}; or --response {}", column.error().message, fmt::join(names, ", "))};
  }
  columns.response = std::move(column).value();
  table.what = request.response;
  return {};
}

Status TradeoffReader::State::add_correctness(const pre::Mapping* mapping, const CsvReader& csv,
                                              Columns& columns) {
  std::string name = request.correctness;
  for (const std::string_view usual : kCorrectness) {
    if (name.empty() && csv.column(usual)) name = csv.header()[*csv.column(usual)];
  }
  if (name.empty()) return {};
  auto column = find_column(mapping, csv, name);
  if (!column) return column.error();
  columns.correctness = std::move(column).value();
  table.correctness = name;
  return {};
}

Result<TradeoffReader::State::Columns> TradeoffReader::State::columns_of(
    const pre::Mapping* mapping, const CsvReader& csv) {
  Columns columns{.groups = {},
                  .response = {},
                  .correctness = {},
                  .facts = TradeoffFactReader(mapping, csv),
                  .leave_out = {}};
  for (const std::string& name : request.groups) {
    auto column = find_column(mapping, csv, name);
    if (!column) return column.error();
    columns.groups.push_back(std::move(column).value());
  }
  if (Status status = add_response(mapping, csv, columns); !status) return status.error();
  if (Status status = add_correctness(mapping, csv, columns); !status) return status.error();
  if (mapping == nullptr) return columns;
  for (const pre::LeaveOut& rule : mapping->leave_out) {
    columns.leave_out.push_back(TradeoffCondition::of(rule.where, csv));
  }
  return columns;
}

bool TradeoffReader::State::left_out(const pre::Mapping* mapping, const CsvReader& csv,
                                     const Columns& columns) {
  for (std::size_t i = 0; i < columns.leave_out.size(); ++i) {
    if (!columns.leave_out[i] || !columns.leave_out[i]->holds(csv)) continue;
    ++left_out_rows[mapping->leave_out[i].why];
    return true;
  }
  return false;
}

Status TradeoffReader::State::add_row(Columns& columns) {
  const auto facts = columns.facts.read();
  if (!facts) return facts.error();
  const auto response =
      columns.response ? columns.response->number() : fact_of(*facts, request.response);
  if (!response) return response.error();
  const auto correctness = columns.correctness ? columns.correctness->number()
                                               : std::numeric_limits<double>::quiet_NaN();
  if (!correctness) return correctness.error();
  if (std::isnan(*response)) {
    ++left_out_rows[fmt::format("{} is not known", table.what)];
    return {};
  }
  for (std::size_t i = 0; i < columns.groups.size(); ++i) {
    if (columns.groups[i].text().empty()) {
      ++left_out_rows[fmt::format("{} is not known", request.groups[i])];
      return {};
    }
  }
  for (std::size_t i = 0; i < columns.groups.size(); ++i) {
    levels[i].push_back(index[i](columns.groups[i].text()));
  }
  table.rows.response.push_back(*response);
  table.rows.correctness.push_back(*correctness);
  table.rows.energy_j.push_back(facts->epoch_energy_j);
  table.rows.flops.push_back(facts->flops);
  table.rows.rated_j.push_back(facts->rated_j);
  return {};
}

Status TradeoffReader::State::add_rows(const pre::Mapping* mapping, CsvReader& csv,
                                       TradeoffWhere& where) {
  auto columns = columns_of(mapping, csv);
  if (!columns) return columns.error();
  LineReader::Step step = LineReader::Step::kLine;
  while ((step = csv.next()) == LineReader::Step::kLine) {
    if (csv.row().size() != csv.header().size()) {
      return csv.error_at(csv.row().back(), fmt::format("the row has {} fields and the header {}",
                                                        csv.row().size(), csv.header().size()));
    }
    if (!where.holds() || left_out(mapping, csv, *columns)) continue;
    if (Status status = add_row(*columns); !status) return status;
  }
  return step == LineReader::Step::kError ? Status(csv.error()) : Status();
}

TradeoffReader::TradeoffReader(TradeoffRequest request) : state_(std::make_unique<State>()) {
  state_->index.resize(request.groups.size());
  state_->levels.resize(request.groups.size());
  state_->request = std::move(request);
}

TradeoffReader::~TradeoffReader() = default;

Status TradeoffReader::add(const OpenTable& open, const std::string& mapping) {
  auto csv = open_csv(open);
  if (!csv) return csv.error();
  const auto known = mapping_of(mapping, *csv);
  if (!known) return known.error();
  const pre::Mapping* fields = *known ? &**known : nullptr;
  const TradeoffWhere::FindColumn find = [fields](const CsvReader& table, std::string_view name) {
    return find_column(fields, table, name);
  };
  auto where = TradeoffWhere::read(state_->request.where, *csv, find);
  if (!where) return where.error();
  if (!state_->request.where.empty()) {
    csv = open_csv(open);
    if (!csv) return csv.error();
    if (Status status = where->use(*csv, find); !status) return status;
  }
  return state_->add_rows(fields, *csv, *where);
}

Result<TradeoffTable> TradeoffReader::finish() {
  TradeoffTable& table = state_->table;
  for (const auto& [why, count] : state_->left_out_rows) {
    table.notes.push_back(
        fmt::format("{} {} left out: {}", count, count == 1 ? "row" : "rows", why));
  }
  if (table.rows.response.empty()) {
    return Error{fmt::format("there is no row to compare{}{}{}",
                             state_->request.where.empty() ? "" : ": none fits every --where",
                             table.notes.empty() ? "" : "; ", fmt::join(table.notes, "; "))};
  }
  const auto unknown = [](double value) { return std::isnan(value); };
  auto& correctness = table.rows.correctness;
  if (std::all_of(correctness.begin(), correctness.end(), unknown)) correctness.clear();
  for (std::size_t i = 0; i < state_->index.size(); ++i) {
    table.rows.factors.push_back(
        factor_of(state_->request.groups[i], state_->index[i], std::move(state_->levels[i])));
  }
  return std::move(table);
}

}  // namespace joulecast::cli
