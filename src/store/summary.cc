#include "store/summary.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "joulecast/run/integrate.h"
#include "store/sample_reader.h"

namespace joulecast::store {
namespace {

std::vector<MeasuredEnergy> integrated(const std::filesystem::path& folder,
                                       const RunRecord& record) {
  const std::size_t n = record.devices.size();
  std::vector<WindowIntegrator> integrators(n, WindowIntegrator({}));
  const TraceDamage damage =
      read_rows(folder, n, [&](double time_s, std::span<const float> power_w) {
        for (std::size_t d = 0; d < n; ++d) {
          if (power_w[d] >= 0.0F) integrators[d].add(time_s, static_cast<double>(power_w[d]));
        }
      });
  std::vector<MeasuredEnergy> energies;
  for (std::size_t d = 0; d < n; ++d) {
    const Seconds unseen = Seconds(record.last_s) - integrators[d].span();
    energies.push_back({.energy = integrators[d].total(),
                        .cut_error = {},
                        .origin = std::max(record.devices[d].device.origin, Origin::kIntegrated),
                        .uncovered = std::max(unseen, Seconds(0.0))});
  }
  const bool any = std::any_of(integrators.begin(), integrators.end(),
                               [](const WindowIntegrator& i) { return i.samples() > 1; });
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
  if (const auto sum = sum_of(record.devices, energy_so_far(folder, record))) {
    summary.energy = sum->energy;
    summary.origin = sum->origin;
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
