#include "cli/fit_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "joulecast/pre/settings.h"
#include "joulecast/store/run_folder.h"

namespace joulecast::cli {
namespace {

constexpr double kBytesOfGb = 1024.0 * 1024.0 * 1024.0;

bool is_setting(const std::string& name) {
  const auto settings = pre::settings();
  return std::any_of(settings.begin(), settings.end(),
                     [&](const pre::Setting& setting) { return setting.name == name; });
}

// "batch-size=64" among other words; words that are no setting are the user's own.
void add_said(const std::string& word, const char* origin, pre::SaidSettings& said) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return;
  std::string name = word.substr(0, equals);
  std::replace(name.begin(), name.end(), '-', '_');
  if (is_setting(name)) said.insert_or_assign(name, pre::Said{word.substr(equals + 1), origin});
}

// What the run itself knows stands back behind what its user said.
pre::SaidSettings said_of(const store::RunRecord& run) {
  pre::SaidSettings said;
  std::istringstream title(run.start.title);
  for (std::string word; title >> word;) add_said(word, "its title", said);
  for (const std::string& tag : run.start.tags) add_said(tag, "its tags", said);
  std::vector<std::string> gpus;
  for (const store::RecordedDevice& device : run.devices) {
    if (device.device.kind == DeviceKind::kGpu) gpus.push_back(device.device.name);
  }
  if (!gpus.empty()) said.try_emplace("gpu", pre::Said{gpus.front(), "its devices"});
  if (gpus.size() > 1) said.try_emplace("gpus", pre::Said{std::to_string(gpus.size()), "devices"});
  if (!run.start.host.empty()) said.try_emplace("host", pre::Said{run.start.host, "its host"});
  if (run.start.ram.value() > 0.0) {
    const double gb = std::round(run.start.ram.value() / kBytesOfGb);
    said.try_emplace("host_memory", pre::Said{fmt::format("{}", gb), "its host"});
  }
  return said;
}

// What the energy covers: "joulecast: gpu+cpu+ram".
std::string meter_of(const store::RunRecord& run) {
  std::set<std::string> kinds;
  for (const store::RecordedDevice& device : run.devices) {
    kinds.insert(to_string(device.device.kind));
  }
  return fmt::format("joulecast: {}", fmt::join(kinds, "+"));
}

Result<pre::Observation> observation_of(const store::RunRecord& run) {
  if (run.state == store::RunState::kRunning) return Error{"still running"};
  const auto said = said_of(run);
  if (!said.contains("network")) return Error{"neither tags nor title say network=NAME"};
  if (!said.contains("gpu")) return Error{"no GPU among the devices, and no tag gpu=NAME"};
  auto set_up = pre::set_up_of(said);
  if (!set_up) return set_up.error();
  double energy_j = 0.0, time_s = 0.0, count = 0.0;
  for (const store::EpochRecord& record : run.epochs) {
    if (!record.epoch.energy) continue;
    energy_j += record.epoch.energy->value();
    time_s += record.epoch.duration().value();
    count += 1.0;
  }
  if (!(energy_j > 0.0) || !(time_s > 0.0)) return Error{"no epoch with a measured energy"};
  pre::Observation observation;
  observation.set_up = std::move(set_up->set_up);
  observation.source = "store";
  observation.meter = meter_of(run);
  observation.power = Joules(energy_j) / Seconds(time_s);
  observation.epoch_energy = Joules(energy_j / count);
  observation.epoch_time = Seconds(time_s / count);
  return observation;
}

}  // namespace

Result<pre::Table> read_store_table(const StoreOptions& options) {
  const auto store = options.open();
  if (!store) return store.error();
  print_notes(**store);
  pre::Table table;
  std::map<std::string, int> left_out;
  for (const store::RunSummary& summary : (*store)->list()) {
    const auto run = store::read_record(summary.folder);
    auto observation = run ? observation_of(*run) : Result<pre::Observation>(run.error());
    if (!observation) {
      ++left_out[observation.error().message];
      continue;
    }
    observation->row = static_cast<std::int64_t>(table.observations.size()) + 1;
    table.architectures.push_back(observation->set_up.network);
    table.observations.push_back(std::move(*observation));
    table.cells.emplace_back();
  }
  for (const auto& [reason, count] : left_out) {
    table.notes.push_back(
        fmt::format("store: {} {} left out: {}", count, count == 1 ? "run" : "runs", reason));
  }
  return table;
}

}  // namespace joulecast::cli
