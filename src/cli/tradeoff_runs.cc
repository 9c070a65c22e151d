#include "cli/tradeoff_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "joulecast/store/run_folder.h"
#include "store/summary.h"

namespace joulecast::cli {
namespace {

using Cells = std::map<std::string, std::string>;  // by column

void add_words(const std::string& text, Cells& cells) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    std::string name = word.substr(0, equals);
    std::replace(name.begin(), name.end(), '-', '_');
    cells[name] = word.substr(equals + 1);
  }
}

void add_gpus(const store::RunRecord& run, Cells& cells) {
  int count = 0;
  for (const store::RecordedDevice& device : run.devices) {
    if (device.device.kind != DeviceKind::kGpu) continue;
    if (++count == 1) cells.try_emplace("gpu", device.device.name);
  }
  if (count > 1) cells.try_emplace("gpus", std::to_string(count));
}

void add_epochs(const store::RunRecord& run, Cells& cells) {
  double energy_j = 0.0, time_s = 0.0, count = 0.0;
  std::optional<double> last, best;
  for (const store::EpochRecord& record : run.epochs) {
    if (record.epoch.accuracy) {
      last = record.epoch.accuracy;
      best = std::max(best.value_or(*last), *last);
    }
    if (!record.epoch.energy) continue;
    energy_j += record.epoch.energy->value();
    time_s += record.epoch.duration().value();
    count += 1.0;
  }
  if (last) cells["accuracy"] = fmt::format("{}", *last);
  if (best) cells["best_accuracy"] = fmt::format("{}", *best);
  if (!run.epochs.empty()) cells["epochs"] = std::to_string(run.epochs.size());
  if (!(energy_j > 0.0 && time_s > 0.0)) return;
  cells["epoch_energy_j"] = fmt::format("{}", energy_j / count);
  cells["epoch_time_s"] = fmt::format("{}", time_s / count);
  cells["power_w"] = fmt::format("{}", energy_j / time_s);
}

Result<Cells> cells_of(const std::filesystem::path& folder) {
  const auto run = store::read_record(folder);
  if (!run) return run.error();
  if (run->state == store::RunState::kRunning) return Error{"still running"};
  if (run->start.probe) return Error{"a probe, which is no whole training"};
  Cells cells = {{"run", run->id}};
  add_words(run->start.title, cells);
  for (const std::string& tag : run->start.tags) add_words(tag, cells);
  if (!run->start.host.empty()) cells.try_emplace("host", run->start.host);
  add_gpus(*run, cells);
  add_epochs(*run, cells);
  const auto energies = store::energy_so_far(folder, *run);
  const auto total = store::sum_of(run->devices, energies);
  if (total && total->energy.value() > 0.0 && store::any_known(energies, Seconds(run->last_s))) {
    cells["total_energy_j"] = fmt::format("{}", total->energy.value());
  }
  return cells;
}

std::string csv_cell(const std::string& text) {
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"') safe += '"';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe + '"';
}

std::string csv_of(const std::vector<Cells>& rows) {
  // What the mapping of joulecast's own columns must have.
  std::set<std::string> columns = {"gpu", "batch_size"};
  for (const Cells& row : rows) {
    for (const auto& [name, text] : row) columns.insert(name);
  }
  std::string csv;
  for (const std::string& name : columns) csv += (csv.empty() ? "" : ",") + csv_cell(name);
  csv += '\n';
  for (const Cells& row : rows) {
    std::string line;
    for (const std::string& name : columns) {
      const auto cell = row.find(name);
      line += (line.empty() ? "" : ",") + csv_cell(cell == row.end() ? "" : cell->second);
    }
    csv += line + '\n';
  }
  return csv;
}

}  // namespace

Result<TradeoffRuns> read_tradeoff_runs(const StoreOptions& options,
                                        const std::vector<std::string>& names) {
  const auto store = options.open();
  if (!store) return store.error();
  print_notes(**store);
  std::vector<std::filesystem::path> folders;
  for (const std::string& name : names) {
    const auto folder = (*store)->find(name);
    if (!folder) return folder.error();
    folders.push_back(*folder);
  }
  if (names.empty()) {
    for (const store::RunSummary& summary : (*store)->list()) folders.push_back(summary.folder);
  }
  std::vector<Cells> rows;
  std::map<std::string, int> left_out;
  for (const auto& folder : folders) {
    auto cells = cells_of(folder);
    if (cells) {
      rows.push_back(std::move(cells).value());
    } else {
      ++left_out[cells.error().message];
    }
  }
  TradeoffRuns runs{.csv = csv_of(rows), .notes = {}};
  for (const auto& [reason, count] : left_out) {
    runs.notes.push_back(
        fmt::format("{} {} left out: {}", count, count == 1 ? "run" : "runs", reason));
  }
  if (rows.empty()) return Error{"there is no ended run in the store; see 'joulecast list'"};
  return runs;
}

}  // namespace joulecast::cli
