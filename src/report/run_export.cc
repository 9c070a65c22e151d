#include "report/run_export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "readers/output_file.h"
#include "store/civil_text.h"
#include "store/summary.h"

namespace joulecast::report {
namespace {

using readers::csv_field;

constexpr double kJoulesPerKwh = 3.6e6;

std::string number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : std::string();
}

// What the devices of one kind took in a stretch; none where there is none of them, or where one
// of them was hardly seen.
std::optional<double> of_kind(const store::RunRecord& record,
                              const std::vector<MeasuredEnergy>& energies, Seconds duration,
                              DeviceKind kind) {
  std::optional<double> sum;
  for (std::size_t d = 0; d < std::min(record.devices.size(), energies.size()); ++d) {
    if (record.devices[d].device.kind != kind) continue;
    if (!store::is_known(energies[d], duration)) return std::nullopt;
    sum = sum.value_or(0.0) + energies[d].energy.value();
  }
  return sum;
}

std::string energy_fields(const store::RunRecord& record, std::optional<double> energy_j,
                          const std::vector<MeasuredEnergy>& devices, Seconds duration) {
  const auto sum = store::sum_of(record.devices, devices);
  if (sum && !store::any_known(devices, duration)) energy_j.reset();
  return fmt::format(
      "{},{},{},{},{},{},{},{}", number(energy_j), sum ? number(sum->cut_error.value()) : "",
      sum ? std::string(to_string(sum->origin)) : "", sum ? number(sum->uncovered.value()) : "",
      number(of_kind(record, devices, duration, DeviceKind::kGpu)),
      number(of_kind(record, devices, duration, DeviceKind::kCpu)),
      number(of_kind(record, devices, duration, DeviceKind::kRam)),
      number(of_kind(record, devices, duration, DeviceKind::kNode)));
}

double duration_of(const store::RunRecord& record) {
  return record.end ? record.end->end_s : record.last_s;
}

struct NamedDevices {
  std::size_t count = 0;
  std::string names;
};

NamedDevices gpus_of(const store::RunRecord& record) {
  NamedDevices gpus;
  std::vector<std::string> names;
  for (const store::RecordedDevice& device : record.devices) {
    if (device.device.kind != DeviceKind::kGpu) continue;
    ++gpus.count;
    if (std::find(names.begin(), names.end(), device.device.name) == names.end()) {
      names.push_back(device.device.name);
    }
  }
  gpus.names = fmt::format("{}", fmt::join(names, ", "));
  return gpus;
}

// One of the columns and what stands in it: CodeCarbon's, and one that it lacks.
struct Column {
  const char* name;
  std::string value;
};

std::vector<Column> codecarbon_columns(const RunRecordReport& run) {
  const store::RunRecord& record = run.record;
  const double duration_s = duration_of(record);
  const auto total = store::sum_of(record.devices, run.devices);
  const auto footprint = record.end ? record.end->footprint : std::nullopt;
  const auto kwh = [](std::optional<double> joules) {
    return joules ? number(*joules / kJoulesPerKwh) : std::string();
  };
  const auto watts = [&](std::optional<double> joules) {
    return joules && duration_s > 0.0 ? number(*joules / duration_s) : std::string();
  };
  const Seconds duration(duration_s);
  const auto cpu = of_kind(record, run.devices, duration, DeviceKind::kCpu);
  const auto gpu = of_kind(record, run.devices, duration, DeviceKind::kGpu);
  const auto ram = of_kind(record, run.devices, duration, DeviceKind::kRam);
  // A sum without one of its devices would pass for the whole.
  const bool whole =
      total && std::all_of(run.devices.begin(), run.devices.end(),
                           [&](const auto& energy) { return store::is_known(energy, duration); });
  constexpr double kGramsPerKg = 1000.0, kGigabyte = 1e9;
  const std::optional<double> kg =
      footprint && whole ? std::optional(footprint->grams_co2e / kGramsPerKg) : std::nullopt;
  const auto python = record.software.find("python");
  const NamedDevices gpus = gpus_of(record);
  // CodeCarbon writes the moment of the row without a zone.
  std::string timestamp = store::iso_time(record.start.start_unix_s + duration_s);
  timestamp.pop_back();
  return {{"timestamp", timestamp},
          {"project_name", record.start.title.empty() ? "joulecast" : record.start.title},
          {"run_id", record.id},
          {"experiment_id", ""},
          {"duration", number(duration_s)},
          {"emissions", number(kg)},
          {"emissions_rate", kg && duration_s > 0.0 ? number(*kg / duration_s) : ""},
          {"cpu_power", watts(cpu)},
          {"gpu_power", watts(gpu)},
          {"ram_power", watts(ram)},
          {"cpu_energy", kwh(cpu)},
          {"gpu_energy", kwh(gpu)},
          {"ram_energy", kwh(ram)},
          {"energy_consumed", kwh(whole ? std::optional(total->energy.value()) : std::nullopt)},
          {"country_name", ""},
          {"country_iso_code", ""},
          {"region", ""},
          {"cloud_provider", ""},
          {"cloud_region", ""},
          {"os", record.start.os},
          {"python_version", python == record.software.end() ? "" : python->second},
          {"codecarbon_version", ""},
          {"cpu_count", fmt::format("{}", record.start.cpu_threads)},
          {"cpu_model", record.start.cpu},
          {"gpu_count", fmt::format("{}", gpus.count)},
          {"gpu_model", gpus.names},
          {"longitude", ""},
          {"latitude", ""},
          {"ram_total_size", number(record.start.ram.value() / kGigabyte)},
          {"tracking_mode", "machine"},
          {"on_cloud", ""},
          {"pue", footprint ? number(footprint->pue) : ""},
          {"uncovered_s", total ? number(total->uncovered.value()) : ""}};
}

}  // namespace

Json export_json(const std::vector<RunRecordReport>& runs) {
  Json list = Json::array();
  for (const RunRecordReport& run : runs) list.push_back(run_record_json(run));
  return {{"schema", "joulecast.export/1"}, {"runs", list}};
}

std::string export_csv(const std::vector<RunRecordReport>& runs) {
  std::string text =
      "run,host,epoch,phase,start_s,duration_s,energy_j,cut_error_j,origin,uncovered_s,gpu_j,cpu_j,"
      "ram_j,node_j,steps,samples,tokens,loss,val_loss,accuracy\n";
  for (const RunRecordReport& run : runs) {
    const store::RunRecord& record = run.record;
    const std::string name = csv_field(record.id) + "," + csv_field(record.start.host);
    for (const store::EpochRecord& each : record.epochs) {
      const Epoch& epoch = each.epoch;
      const auto energy = epoch.energy ? std::optional(epoch.energy->value()) : std::nullopt;
      text +=
          fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", name, epoch.number,
                      csv_field(epoch.phase), epoch.start_s, epoch.duration().value(),
                      energy_fields(record, energy, each.devices, epoch.duration()),
                      number(epoch.steps), number(epoch.samples), number(epoch.tokens),
                      number(epoch.loss), number(epoch.validation_loss), number(epoch.accuracy));
    }
    if (!record.epochs.empty()) continue;
    const auto total = store::sum_of(record.devices, run.devices);
    const auto energy = total ? std::optional(total->energy.value()) : std::nullopt;
    text += fmt::format("{},,,0,{},{},,,,,,\n", name, duration_of(record),
                        energy_fields(record, energy, run.devices, Seconds(duration_of(record))));
  }
  return text;
}

std::string export_codecarbon(const std::vector<RunRecordReport>& runs) {
  std::string header, rows;
  for (const RunRecordReport& run : runs) {
    header.clear();
    std::string row;
    for (const Column& column : codecarbon_columns(run)) {
      header += (header.empty() ? "" : ",") + std::string(column.name);
      row += (row.empty() ? "" : ",") + csv_field(column.value);
    }
    rows += row + "\n";
  }
  return header + "\n" + rows;
}

}  // namespace joulecast::report
