#include "readers/codecarbon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/civil_time.h"
#include "base/csv.h"
#include "base/text.h"
#include "readers/epoch_table.h"
#include "readers/head.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;
constexpr double kGreatestKwh = 1e12;

struct Row {
  std::uint64_t line = 0;
  std::optional<double> unix_s;  // when the row was written: the end of what it tells
  double duration_s = 0.0;
  double energy_kwh = 0.0;
  std::string run, project;
};

struct Table {
  std::vector<Row> rows;
  bool of_tasks = false;
  bool last_without_newline = false;
};

Result<Table> read_table(CsvReader& csv) {
  const auto duration = csv.need_column("duration");
  if (!duration) return duration.error();
  const auto energy = csv.need_column("energy_consumed");
  if (!energy) return energy.error();
  const auto timestamp = csv.column("timestamp");
  const auto run = csv.column("run_id");
  const auto project = csv.column("project_name");
  Table table;
  table.of_tasks = csv.column("task_name").has_value();
  for (;;) {
    const auto step = csv.next();
    if (step == LineReader::Step::kError) return csv.error();
    if (step == LineReader::Step::kEnd) return table;
    table.last_without_newline = !csv.lines().complete();
    if (csv.row().size() != csv.header().size()) {
      return csv.lines().error_at(
          0, fmt::format("{} fields where the header has {}; mend or delete this line",
                         csv.row().size(), csv.header().size()));
    }
    Row row;
    row.line = csv.lines().line_number();
    const auto seconds = csv.number(*duration);
    if (!seconds) return seconds.error();
    const auto kwh = csv.number(*energy);
    if (!kwh) return kwh.error();
    if (!(*seconds > 0.0) || *seconds > kLatestTimeS) {
      return csv.error_at(csv.row()[*duration],
                          "a duration must be above zero (and no more than "
                          "30 000 years); mend or delete this line");
    }
    if (*kwh < 0.0 || *kwh > kGreatestKwh) {
      return csv.error_at(csv.row()[*energy],
                          "this cannot be an energy in kWh; mend or delete this line");
    }
    row.duration_s = *seconds;
    row.energy_kwh = *kwh;
    if (timestamp) row.unix_s = parse_civil_time(csv.row()[*timestamp].text);
    if (run) row.run = csv.row()[*run].text;
    if (project) row.project = csv.row()[*project].text;
    table.rows.push_back(std::move(row));
  }
}

// A file may hold rows of many trainings, since CodeCarbon appends. Rows that can be one training:
// all of one run, or each of a run of its own (a tracker per epoch) within one project.
Status check_one_training(const Table& table, const std::string& file) {
  std::map<std::string, std::size_t> runs;
  std::vector<std::string> projects;
  for (const Row& row : table.rows) {
    ++runs[row.run];
    if (std::find(projects.begin(), projects.end(), row.project) == projects.end()) {
      projects.push_back(row.project);
    }
  }
  if (runs.size() == 1) return {};
  if (projects.size() > 1) {
    return Error{fmt::format("{}: rows of {} projects ({}); keep those of one training in the file",
                             file, projects.size(), joined(projects))};
  }
  if (runs.size() == table.rows.size()) return {};
  std::vector<std::string> names;
  names.reserve(runs.size());
  for (const auto& [name, count] : runs) names.push_back(name);
  return Error{
      fmt::format("{}: several rows of each of {} runs (run_id {}); keep those of one run "
                  "in the file",
                  file, runs.size(), joined(names))};
}

// Whether the rows are one tracker's totals so far, as its flush() writes them: duration and energy
// only rise, and from row to row the clock goes on by the rise, not by the whole duration.
bool is_cumulative(const Table& table) {
  if (table.of_tasks || table.rows.size() < 2) return false;
  double off_if_cumulative = 0.0, off_if_not = 0.0;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const Row& before = table.rows[i - 1];
    const Row& row = table.rows[i];
    if (row.run != before.run || row.duration_s <= before.duration_s ||
        row.energy_kwh < before.energy_kwh || !row.unix_s || !before.unix_s) {
      return false;
    }
    const double passed_s = *row.unix_s - *before.unix_s;
    off_if_cumulative += std::fabs(passed_s - (row.duration_s - before.duration_s));
    off_if_not += std::fabs(passed_s - row.duration_s);
  }
  return off_if_cumulative < off_if_not;
}

bool has_rising_times(const std::vector<Row>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].unix_s) return false;
    if (i > 0 && *rows[i].unix_s <= *rows[i - 1].unix_s) return false;
  }
  return true;
}

Result<std::vector<Epoch>> epochs_of(const Table& table, const std::string& file,
                                     ReadContext& context) {
  const bool cumulative = is_cumulative(table);
  if (cumulative) {
    context.note("each row holds its run's total so far; the epochs are their differences");
  }
  const bool timed = has_rising_times(table.rows);
  const double zero_s = timed ? *table.rows[0].unix_s - table.rows[0].duration_s : 0.0;
  if (timed) context.report.start_unix_s = zero_s;
  std::vector<Epoch> epochs;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const Row& row = table.rows[i];
    const bool less = cumulative && i > 0;
    const double duration = row.duration_s - (less ? table.rows[i - 1].duration_s : 0.0);
    const double kwh = row.energy_kwh - (less ? table.rows[i - 1].energy_kwh : 0.0);
    Epoch epoch;
    epoch.number = static_cast<std::int64_t>(i) + 1;
    epoch.start_s = epochs.empty() ? 0.0 : epochs.back().end_s;
    if (timed) epoch.start_s = std::max(epoch.start_s, *row.unix_s - duration - zero_s);
    epoch.end_s = epoch.start_s + duration;
    epoch.energy = Joules(kwh * kJoulesPerKwh);
    if (Status status =
            append_epoch(epochs, std::move(epoch), fmt::format("{}:{}", file, row.line));
        !status) {
      return status.error();
    }
  }
  return epochs;
}

}  // namespace

bool recognises_codecarbon(std::string_view head) {
  const auto header = header_fields(head);
  const auto has = [&](std::string_view name) {
    return std::find(header.begin(), header.end(), name) != header.end();
  };
  return has("energy_consumed") && has("duration");
}

Status read_codecarbon(Input& input, ReadContext& context) {
  auto csv = CsvReader::open(std::move(input.lines));
  if (!csv) return csv.error();
  const std::string file = csv->lines().name();
  const auto table = read_table(*csv);
  if (!table) return table.error();
  if (table->rows.empty()) {
    return Error{
        fmt::format("{}: there is nothing after the header; was the tracker stopped?", file)};
  }
  if (Status status = check_one_training(*table, file); !status) return status;
  context.report.rows = table->rows.size();
  if (table->last_without_newline) {
    context.note(fmt::format("{}:{}: the last line has no newline; it has all fields and is used",
                             file, table->rows.back().line));
  }
  const auto epochs = epochs_of(*table, file, context);
  if (!epochs) return epochs.error();
  for (const Epoch& epoch : *epochs) context.sink.epoch(epoch);
  context.note(
      "energies are CodeCarbon's energy_consumed: GPU, CPU and RAM, measured or estimated");
  Progress(context.options).done();
  return {};
}

}  // namespace joulecast::readers
