#include "store/summary.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>

#include "store/row_energy.h"
#include "store/sample_reader.h"

namespace joulecast::store {
namespace {

std::vector<MeasuredEnergy> integrated(const std::filesystem::path& folder,
                                       const RunRecord& record) {
  RowEnergy rows(record.devices.size());
  bool any = false;
  const TraceDamage damage =
      read_rows(folder, record.devices.size(), [&](double time_s, std::span<const float> power_w) {
        any = any || std::any_of(power_w.begin(), power_w.end(), [](float w) { return w >= 0.0F; });
        rows.add(time_s, power_w);
      });
  std::vector<MeasuredEnergy> energies;
  for (const RowEnergy::Sum& sum : rows.finish()) {
    const Origin own = record.devices[energies.size()].device.origin;
    const Seconds uncovered = Seconds(record.last_s) - sum.covered;
    energies.push_back({.energy = sum.energy,
                        .cut_error = {},
                        .origin = std::max(own, Origin::kIntegrated),
                        .uncovered = std::max(uncovered, Seconds(0.0))});
  }
  return any ? energies : std::vector<MeasuredEnergy>();
}

// A damaged record may have fewer devices than energies.
std::vector<Device> plain(const std::vector<RecordedDevice>& recorded, std::size_t size) {
  std::vector<Device> devices;
  for (const RecordedDevice& device : recorded) devices.push_back(device.device);
  devices.resize(size);
  return devices;
}

}  // namespace

std::vector<MeasuredEnergy> energy_so_far(const std::filesystem::path& folder,
                                          const RunRecord& record) {
  return record.end ? record.end->devices : integrated(folder, record);
}

std::optional<MeasuredEnergy> sum_of(const std::vector<RecordedDevice>& devices,
                                     const std::vector<MeasuredEnergy>& energies) {
  if (energies.empty()) return std::nullopt;
  MeasuredEnergy sum{.energy = {}, .cut_error = {}, .origin = Origin::kCounter, .uncovered = {}};
  std::vector<Joules> cuts;
  for (const MeasuredEnergy& energy : energies) {
    sum.energy += energy.energy;
    sum.origin = std::max(sum.origin, energy.origin);
    sum.uncovered = std::max(sum.uncovered, energy.uncovered);
    cuts.push_back(energy.cut_error);
  }
  sum.cut_error = error_of_sum(plain(devices, energies.size()), cuts);
  return sum;
}

bool is_known(const MeasuredEnergy& energy, Seconds duration) {
  constexpr double kMostUncovered = 0.95;
  return energy.uncovered.value() <= 0.0 || energy.uncovered < kMostUncovered * duration;
}

bool any_known(const std::vector<MeasuredEnergy>& energies, Seconds duration) {
  return std::any_of(energies.begin(), energies.end(), [duration](const MeasuredEnergy& energy) {
    return is_known(energy, duration);
  });
}

Joules meter_error(const std::vector<RecordedDevice>& devices,
                   const std::vector<MeasuredEnergy>& energies) {
  const std::size_t n = std::min(devices.size(), energies.size());
  std::vector<Joules> errors;
  for (std::size_t i = 0; i < n; ++i) {
    errors.push_back(devices[i].gain_error * energies[i].energy);
  }
  return error_of_sum(plain(devices, n), errors);
}

std::string command_text(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 ||
             std::string_view("_-+=./:,@%*").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (!text.empty()) text += ' ';
    if (plain) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) {
      if (c == '\'') {
        text += "'\\''";
      } else {
        text += c;
      }
    }
    text += '\'';
  }
  return text;
}

RunSummary summary_of(const std::filesystem::path& folder, const RunRecord& record) {
  RunSummary summary;
  summary.id = record.id;
  summary.folder = folder;
  summary.state = record.state;
  summary.start_unix_s = record.start.start_unix_s;
  summary.duration_s = record.end ? record.end->end_s : record.last_s;
  const auto energies = energy_so_far(folder, record);
  if (const auto sum = sum_of(record.devices, energies)) {
    summary.uncovered_s = sum->uncovered.value();
    summary.origin = sum->origin;
    if (any_known(energies, Seconds(summary.duration_s))) summary.energy = sum->energy;
  }
  summary.epochs = record.epochs.size();
  if (record.plan.unit == WorkUnit::kEpochs) summary.planned_epochs = record.plan.total;
  if (record.end) {
    summary.exit_code = record.end->exit_code;
    summary.signal = record.end->signal;
  }
  summary.host = record.start.host;
  summary.title = record.start.title;
  summary.command = command_text(record.start.command);
  summary.tags = record.start.tags;
  return summary;
}

}  // namespace joulecast::store
