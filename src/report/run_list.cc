#include "report/run_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/quantity_text.h"
#include "store/civil_text.h"

namespace joulecast::report {
namespace {

Json whole_or_null(const std::optional<int>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json summary_json(const store::RunSummary& run) {
  return {{"id", run.id},
          {"folder", run.folder.string()},
          {"state", to_string(run.state)},
          {"started", store::iso_time(run.start_unix_s)},
          {"start_unix_s", run.start_unix_s},
          {"duration_s", run.duration_s},
          {"energy_j", json_number(run.energy)},
          {"origin", run.energy ? Json(to_string(run.origin)) : Json(nullptr)},
          {"uncovered_s", run.uncovered_s},
          {"epochs", run.epochs},
          {"planned_epochs", json_number(run.planned_epochs)},
          {"exit_code", whole_or_null(run.exit_code)},
          {"signal", whole_or_null(run.signal)},
          {"host", run.host},
          {"title", run.title},
          {"command", run.command},
          {"tags", run.tags}};
}

std::string epochs_text(const store::RunSummary& run) {
  if (!run.planned_epochs) return fmt::format("{}", run.epochs);
  return fmt::format("{}/{:g}", run.epochs, *run.planned_epochs);
}

// A hundredth of the run is no matter in a list.
bool lacks_energy(const store::RunSummary& run) {
  constexpr double kTrifle = 0.01;
  return run.uncovered_s > kTrifle * run.duration_s;
}

std::string energy_text(const store::RunSummary& run) {
  if (!run.energy) return "-";
  return to_text(*run.energy) + (lacks_energy(run) ? " *" : "");
}

using Row = std::array<std::string, 6>;

// As wide as its widest field each, but the last one, which takes what is left.
std::string table(const std::vector<Row>& rows, const Terminal& terminal) {
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size() + 2);
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      line += fmt::format("{:<{}}", row[i], widths[i]);
    }
    constexpr std::size_t kLeast = 16;
    const std::size_t room =
        std::max(kLeast, terminal.width - std::min(terminal.width, line.size()));
    // Cut by columns, as fmt counts them.
    line += fmt::format("{:.{}}", row.back(), room);
    line.erase(line.find_last_not_of(' ') + 1);
    text += (text.empty() ? terminal.bold(line) : line) + "\n";
  }
  return text;
}

}  // namespace

std::string outcome_text(store::RunState state, std::optional<int> exit_code,
                         std::optional<int> signal) {
  if (state != store::RunState::kEnded) return to_string(state);
  if (signal) return fmt::format("signal {}", *signal);
  if (exit_code && *exit_code != 0) return fmt::format("exit code {}", *exit_code);
  return to_string(state);
}

Json run_list_json(const RunList& list) {
  Json runs = Json::array();
  for (const store::RunSummary& run : list.runs) runs.push_back(summary_json(run));
  return {
      {"schema", "joulecast.list/1"}, {"store", list.store}, {"runs", runs}, {"notes", list.notes}};
}

std::string run_list_text(const RunList& list, const Terminal& terminal) {
  std::string notes;
  for (const std::string& note : list.notes) notes += fmt::format("Note: {}.\n", printable(note));
  if (list.runs.empty()) return fmt::format("No runs in {}.\n", printable(list.store)) + notes;
  std::vector<Row> rows = {{"run", "state", "took", "energy", "epochs", "what"}};
  for (const store::RunSummary& run : list.runs) {
    std::string what = printable(run.title.empty() ? run.command : run.title);
    if (!run.tags.empty()) {
      what = fmt::format("[{}] {}", printable(fmt::format("{}", fmt::join(run.tags, ", "))), what);
    }
    rows.push_back({printable(run.id), outcome_text(run.state, run.exit_code, run.signal),
                    to_text(Seconds(run.duration_s)), energy_text(run), epochs_text(run), what});
  }
  const bool marked = std::any_of(list.runs.begin(), list.runs.end(),
                                  [](const auto& run) { return run.energy && lacks_energy(run); });
  if (marked) {
    notes.insert(0,
                 "* Part of the run is not covered and its energy is missing; 'joulecast show' "
                 "says how much.\n");
  }
  return table(rows, terminal) + notes;
}

}  // namespace joulecast::report
