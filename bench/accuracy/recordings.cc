#include "recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "constructed.h"
#include "joulecast/readers/reader.h"
#include "training_table.h"
#include "two_phase.h"

namespace joulecast::accuracy {
namespace {

namespace fs = std::filesystem;

// Fewer cannot be projected and judged.
constexpr std::size_t kFewestEpochs = 3;

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The folder's name after its parent's, since "resnet" alone says little.
std::string set_name(const fs::path& folder) {
  const fs::path whole = fs::weakly_canonical(folder);
  return whole.parent_path().filename().string() + "/" + whole.filename().string();
}

bool has_work(const EpochRun& run, WorkUnit unit) {
  return std::all_of(run.epochs.begin(), run.epochs.end(),
                     [&](const Epoch& epoch) { return work_of(epoch, unit).value_or(0.0) > 0.0; });
}

bool has_energy(const EpochRun& run) {
  return std::all_of(run.epochs.begin(), run.epochs.end(), [](const Epoch& epoch) {
    return epoch.energy && epoch.energy->value() > 0.0;
  });
}

// The GPUs' limit where every watt is a GPU's: a node's power says nothing of it.
std::optional<Watts> limit_of(const EpochRun& run) {
  Watts sum;
  for (const EpochRun::DeviceEnergy& device : run.devices) {
    if (device.device.kind != DeviceKind::kGpu || !device.device.power_limit) return std::nullopt;
    sum += *device.device.power_limit;
  }
  return run.devices.empty() ? std::nullopt : std::optional(sum);
}

// Absent: a recording, but not one with epochs enough; mostly the power log beside a training log,
// which is read with it.
Result<std::optional<NamedRun>> read_recording(const fs::path& path) {
  auto loaded = readers::load_run(path);
  if (!loaded) return loaded.error();
  Run& run = loaded->run;
  EpochIntegrator integrator;
  for (const Trace& trace : run.traces) integrator.device(trace.device);
  for (const Epoch& epoch : run.epochs) integrator.epoch(epoch);
  for (std::size_t device = 0; device < run.traces.size(); ++device) {
    const Trace& trace = run.traces[device];
    for (std::size_t i = 0; i < trace.time_s.size(); ++i) {
      integrator.sample(device, trace.time_s[i], trace.power_w[i]);
    }
  }
  NamedRun named;
  named.name = path.filename().string();
  named.run = integrator.finish();
  named.plan = loaded->report.plan;
  if (named.run.epochs.size() < kFewestEpochs) return std::optional<NamedRun>();
  if (!has_energy(named.run)) return Error{path.string() + ": an epoch has no energy"};
  if (!has_work(named.run, named.plan.unit)) named.plan.unit = WorkUnit::kEpochs;
  named.power_limit = limit_of(named.run);
  named.traces = std::move(run.traces);
  return std::optional(std::move(named));
}

void load_recordings(const fs::path& folder, Loaded& loaded) {
  DataSet set;
  set.name = set_name(folder);
  std::size_t without_epochs = 0;
  for (const fs::path& entry : sorted_entries(folder)) {
    const bool recording = !fs::is_directory(entry) || fs::exists(entry / "run.json");
    if (!recording) continue;
    auto run = read_recording(entry);
    if (!run) {
      loaded.skipped.push_back(run.error().message);
    } else if (run.value()) {
      set.runs.push_back(std::move(*run.value()));
    } else {
      ++without_epochs;
    }
  }
  if (without_epochs > 0) {
    loaded.skipped.push_back(fmt::format("{}: {} recordings of fewer than {} epochs",
                                         folder.string(), without_epochs, kFewestEpochs));
  }
  if (set.runs.empty()) return;
  // MLPerf is planned in fractions of the run: its epochs are few, its blocks unequal.
  const bool benchmark = std::all_of(set.runs.begin(), set.runs.end(), [](const NamedRun& run) {
    return run.run.devices.size() == 1 && run.run.devices[0].device.kind == DeviceKind::kNode;
  });
  if (benchmark) set.fractions = {0.1, 0.2, 0.5};
  loaded.sets.push_back(std::move(set));
}

void append(std::vector<DataSet> more, Loaded& loaded) {
  for (DataSet& set : more) loaded.sets.push_back(std::move(set));
}

}  // namespace

Loaded load_folder(const fs::path& folder) {
  Loaded loaded;
  if (is_training_table(folder / "epochs.csv")) {
    auto table = read_training_table(folder / "epochs.csv");
    if (table) {
      DataSet set;
      set.name = fs::weakly_canonical(folder).filename().string();
      set.runs = std::move(table).value();
      std::vector<DataSet> built = constructed_sets(set);
      loaded.sets.push_back(std::move(set));
      append(std::move(built), loaded);
    } else {
      loaded.skipped.push_back(table.error().message);
    }
    return loaded;
  }
  if (fs::exists(folder / "derived_phase.csv")) {
    auto sets = read_two_phase(folder);
    if (sets) {
      append(std::move(sets).value(), loaded);
    } else {
      loaded.skipped.push_back(sets.error().message);
    }
    return loaded;
  }
  load_recordings(folder, loaded);
  for (const fs::path& entry : sorted_entries(folder)) {
    if (!fs::is_directory(entry) || fs::exists(entry / "run.json")) continue;
    Loaded below = load_folder(entry);
    append(std::move(below.sets), loaded);
    for (std::string& line : below.skipped) loaded.skipped.push_back(std::move(line));
  }
  return loaded;
}

}  // namespace joulecast::accuracy
