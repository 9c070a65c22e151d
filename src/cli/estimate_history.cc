#include "cli/estimate_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/fit_store_observation.h"
#include "joulecast/store/run_folder.h"
#include "report/history.h"
#include "report/run_record.h"
#include "store/civil_text.h"
#include "store/summary.h"

namespace joulecast::cli {
namespace {

// "resnet50 on RTX 3090" where that was said, else as lists name it.
std::string what_of(const store::RunRecord& run) {
  const auto& set_up = run.start.set_up;
  const auto network = set_up.find("network"), gpu = set_up.find("gpu");
  if (network != set_up.end()) {
    const std::filesystem::path path(network->second);
    const std::string name = path.has_parent_path() ? path.filename().string() : network->second;
    return gpu == set_up.end() ? name : fmt::format("{} on {}", name, gpu->second);
  }
  return run.start.title.empty() ? store::command_text(run.start.command) : run.start.title;
}

bool ended_well(const store::RunRecord& run) {
  return run.state == store::RunState::kEnded && run.end && run.end->exit_code.value_or(-1) == 0;
}

// The epochs alone, of the devices that estimates speak of.
void add_outcome_of_epochs(const store::RunRecord& run, report::Expected& estimate) {
  const auto counted = estimated_devices(run);
  Joules energy;
  Seconds duration;
  bool whole = !run.epochs.empty();
  for (const store::EpochRecord& record : run.epochs) {
    const auto part = estimated_energy(counted, record.devices, record.epoch.duration());
    whole = whole && part;
    energy += part.value_or(Joules(0.0));
    duration += record.epoch.duration();
  }
  if (!run.epochs.empty()) estimate.duration_outcome = duration;
  if (whole) estimate.energy_outcome = energy;
}

report::Expected expected_of(const Forecast& forecast, double fraction) {
  return {.fraction = fraction,
          .energy = forecast.energy,
          .duration = forecast.duration,
          .energy_outcome = {},
          .duration_outcome = {}};
}

report::HistoryRow row_of(const store::RunRecord& run) {
  report::HistoryRow row;
  row.id = run.id;
  row.started = store::iso_time(run.start.start_unix_s);
  row.state = ended_well(run) ? "ended" : run.end ? "failed" : std::string(to_string(run.state));
  row.what = what_of(run);
  row.epochs = run.epochs.size();
  if (run.estimate) {
    row.estimate = expected_of(*run.estimate, 0.0);
    if (ended_well(run)) add_outcome_of_epochs(run, *row.estimate);
  }
  for (const report::ForecastCheck& check : report::forecast_checks(run)) {
    if (check.fraction <= 0.0) continue;
    report::Expected one = expected_of(check.forecast, check.fraction);
    one.energy_outcome = check.forecast.energy->value * (1.0 / (1.0 + check.error));
    one.duration_outcome = Seconds(run.end->end_s);
    row.projections.push_back(one);
  }
  if (!ended_well(run)) return row;
  row.duration = Seconds(run.end->end_s);
  const auto total = store::sum_of(run.devices, run.end->devices);
  if (total && store::any_known(run.end->devices, *row.duration)) row.energy = total->energy;
  return row;
}

}  // namespace

int estimate_history(const StoreOptions& options, bool json) {
  const auto path = options.path();
  if (!path) return fail(path.error());
  const auto store = options.open();
  if (!store) return fail(store.error());
  print_notes(**store);
  report::History history{.store = path->string(), .rows = {}};
  for (const store::RunSummary& summary : (*store)->list()) {
    const auto run = store::read_record(summary.folder);
    if (!run || run->start.probe || (!run->estimate && run->forecasts.empty())) continue;
    history.rows.push_back(row_of(*run));
  }
  if (json) return print(report::json_text(report::history_json(history)));
  return print(report::history_text(history, report::stdout_terminal()));
}

}  // namespace joulecast::cli
