#include "cli/fit_store.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "cli/fit_store_observation.h"
#include "joulecast/store/run_folder.h"

namespace joulecast::cli {

Result<pre::Table> read_store_table(const StoreOptions& options) {
  const auto store = options.open();
  if (!store) return store.error();
  print_notes(**store);
  pre::Table table;
  std::map<std::string, int> left_out;
  int probes = 0;
  for (const store::RunSummary& summary : (*store)->list()) {
    const auto run = store::read_record(summary.folder);
    auto observed = run ? observation_of(*run) : Result<StoredObservation>(run.error());
    if (!observed) {
      ++left_out[observed.error().message];
      continue;
    }
    if (run->start.probe) ++probes;
    pre::Observation& observation = observed->observation;
    if (!run->start.probe) observation.source = "store";
    observation.row = static_cast<std::int64_t>(table.observations.size()) + 1;
    table.architectures.push_back(observation.set_up.network);
    table.observations.push_back(std::move(observation));
    table.cells.emplace_back();
  }
  for (const auto& [reason, count] : left_out) {
    table.notes.push_back(
        fmt::format("store: {} {} left out: {}", count, count == 1 ? "run" : "runs", reason));
  }
  if (probes > 0) {
    table.notes.push_back(
        fmt::format("store: {} of the rows {}", probes, probes == 1 ? "is a probe" : "are probes"));
  }
  return table;
}

}  // namespace joulecast::cli
