#include "store/record_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace joulecast::store {
namespace {

constexpr std::array kUnits = {WorkUnit::kEpochs, WorkUnit::kSteps, WorkUnit::kSamples,
                               WorkUnit::kTokens};

std::vector<MeasuredEnergy> measured_list_of(const Json& json, const char* key) {
  std::vector<MeasuredEnergy> energies;
  for (const Json& each : list_in(json, key)) energies.push_back(measured_of(each));
  return energies;
}

std::map<std::string, std::string> text_map(const Json& json) {
  std::map<std::string, std::string> map;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) map[name] = value.get<std::string>();
  }
  return map;
}

FootprintRecord footprint_of(const Json& json) {
  return {.pue = number_in_or(json, "pue", 1.0),
          .pue_source = text_in(json, "pue_source"),
          .intensity_g_per_kwh = number_in_or(json, "intensity_g_per_kwh", 0.0),
          .intensity_source = text_in(json, "intensity_source"),
          .grams_co2e = number_in_or(json, "grams_co2e", 0.0),
          .price_per_kwh = number_in(json, "price_per_kwh"),
          .cost = number_in(json, "cost"),
          .currency = text_in(json, "currency")};
}

RunStart start_of(const Json& json) {
  RunStart start;
  start.start_unix_s = number_in_or(json, "start_unix_s", 0.0);
  start.joulecast_version = text_in(json, "joulecast_version");
  start.command = texts_in(json, "command");
  start.working_folder = text_in(json, "working_folder");
  start.host = text_in(json, "host");
  start.pid = integer_in(json, "pid").value_or(0);
  start.boot_id = text_in(object_in(json, "writer"), "boot_id");
  start.os = text_in(json, "os");
  start.kernel = text_in(json, "kernel");
  start.cpu = text_in(json, "cpu");
  start.cpu_threads = integer_in(json, "cpu_threads").value_or(0);
  start.ram = Bytes(number_in_or(json, "ram_bytes", 0.0));
  start.git_commit = text_in(json, "git_commit");
  start.git_remote = text_in(json, "git_remote");
  start.environment = text_map(object_in(json, "environment"));
  start.title = text_in(json, "title");
  start.tags = texts_in(json, "tags");
  start.set_up = text_map(object_in(json, "set_up"));
  start.probe = json.value("probe", Json(false)) == true;
  start.rank = integer_in(json, "rank");
  start.ranks = integer_in(json, "ranks");
  return start;
}

Writer writer_of(const Json& json) {
  return {.pid = integer_in(json, "pid").value_or(0),
          .boot_id = text_in(json, "boot_id"),
          .pid_namespace = text_in(json, "pid_namespace"),
          .machine = text_in(json, "machine"),
          .start_ticks =
              static_cast<std::uint64_t>(std::max(0.0, number_in_or(json, "start_ticks", 0.0)))};
}

EpochRecord epoch_of(const Json& json) {
  EpochRecord record;
  Epoch& epoch = record.epoch;
  epoch.number = count_in(json, "number");
  epoch.phase = text_in(json, "phase");
  epoch.start_s = number_in_or(json, "start_s", 0.0);
  epoch.end_s = number_in_or(json, "end_s", 0.0);
  if (const auto energy = number_in(json, "energy_j")) epoch.energy = Joules(*energy);
  epoch.energy_origin = origin_in(json, "origin");
  if (const Json& evaluation = object_in(json, "evaluation"); !evaluation.empty()) {
    epoch.evaluation = Evaluation{.start_s = number_in_or(evaluation, "start_s", 0.0),
                                  .end_s = number_in_or(evaluation, "end_s", 0.0),
                                  .energy = {}};
    if (const auto energy = number_in(evaluation, "energy_j")) {
      epoch.evaluation->energy = Joules(*energy);
    }
  }
  epoch.steps = number_in(json, "steps");
  epoch.samples = number_in(json, "samples");
  epoch.tokens = number_in(json, "tokens");
  epoch.loss = number_in(json, "loss");
  epoch.validation_loss = number_in(json, "val_loss");
  epoch.accuracy = number_in(json, "accuracy");
  record.devices = measured_list_of(json, "devices");
  return record;
}

// What a reader of epochs relies on (run_sink.h), whatever a file says.
bool follows(const Epoch& epoch, const std::vector<EpochRecord>& before) {
  const bool whole = epoch.start_s < epoch.end_s && (!epoch.energy || epoch.energy->value() >= 0.0);
  const auto& evaluation = epoch.evaluation;
  const bool inside =
      !evaluation || (evaluation->start_s >= epoch.start_s &&
                      evaluation->start_s < evaluation->end_s && evaluation->end_s <= epoch.end_s &&
                      (!evaluation->energy || evaluation->energy->value() >= 0.0));
  return whole && inside &&
         (before.empty() || (epoch.number > before.back().epoch.number &&
                             epoch.start_s >= before.back().epoch.end_s));
}

std::vector<RecordedDevice> devices_of(const Json& json) {
  std::vector<RecordedDevice> devices;
  for (const Json& each : list_in(json, "devices")) {
    RecordedDevice device{.device = device_of(each),
                          .gain_error = number_in_or(each, "gain_error", 0.0)};
    if (device.device.id.empty()) device.device.id = fmt::format("device{}", devices.size());
    devices.push_back(std::move(device));
  }
  return devices;
}

Plan plan_of(const Json& json) {
  Plan plan;
  const std::string unit = text_in(json, "unit");
  for (const WorkUnit each : kUnits) {
    if (unit == to_string(each)) plan.unit = each;
  }
  if (const auto total = number_in(json, "total"); total && *total > 0.0) plan.total = total;
  if (const auto s = number_in(json, "duration_s"); s && *s > 0.0) plan.duration = Seconds(*s);
  return plan;
}

RunEnd end_of(const Json& json) {
  RunEnd end;
  end.end_s = number_in_or(json, "end_s", 0.0);
  end.exit_code = integer_in(json, "exit_code");
  end.signal = integer_in(json, "signal");
  end.devices = measured_list_of(json, "devices");
  if (const Json& footprint = object_in(json, "footprint"); !footprint.empty()) {
    end.footprint = footprint_of(footprint);
  }
  return end;
}

// What an event adds to the record. One that contradicts what is there already is left out.
using Adder = void (*)(const Json&, RunRecord&);

void add_software(const Json& event, RunRecord& record) {
  for (const auto& [name, version] : text_map(object_in(event, "versions"))) {
    record.software[name] = version;
  }
}

void add_epoch(const Json& event, RunRecord& record) {
  EpochRecord epoch = epoch_of(event);
  if (follows(epoch.epoch, record.epochs)) record.epochs.push_back(std::move(epoch));
}

void add_window(const Json& event, RunRecord& record) {
  record.windows.push_back({.name = text_in(event, "name"),
                            .start_s = number_in_or(event, "start_s", 0.0),
                            .end_s = number_in_or(event, "end_s", 0.0),
                            .devices = measured_list_of(event, "devices")});
}

void add_forecast(const Json& event, RunRecord& record) {
  record.forecasts.push_back({.time_s = number_in_or(event, "time_s", 0.0),
                              .forecast = forecast_of(object_in(event, "forecast"))});
}

void add_note(const Json& event, RunRecord& record) {
  record.notes.push_back(
      {.time_s = number_in_or(event, "time_s", 0.0), .text = text_in(event, "text")});
}

constexpr std::array kAdders = {
    std::pair<std::string_view, Adder>{
        "start", [](const Json& event, RunRecord& record) { record.start = start_of(event); }},
    std::pair<std::string_view, Adder>{
        "devices",
        [](const Json& event, RunRecord& record) { record.devices = devices_of(event); }},
    std::pair<std::string_view, Adder>{"software", add_software},
    std::pair<std::string_view, Adder>{
        "plan", [](const Json& event, RunRecord& record) { record.plan = plan_of(event); }},
    std::pair<std::string_view, Adder>{"estimate",
                                       [](const Json& event, RunRecord& record) {
                                         record.estimate =
                                             forecast_of(object_in(event, "forecast"));
                                       }},
    std::pair<std::string_view, Adder>{"epoch", add_epoch},
    std::pair<std::string_view, Adder>{"window", add_window},
    std::pair<std::string_view, Adder>{"forecast", add_forecast},
    std::pair<std::string_view, Adder>{"note", add_note},
    std::pair<std::string_view, Adder>{
        "end", [](const Json& event, RunRecord& record) { record.end = end_of(event); }},
};

}  // namespace

void RecordBuilder::apply(const Json& event) {
  const std::string what = text_in(event, "event");
  interrupted = what == "interrupted";
  if (what == "start") writer = writer_of(object_in(event, "writer"));
  for (const auto& [name, add] : kAdders) {
    if (what == name) add(event, record);
  }
  for (const char* key : {"time_s", "end_s"}) {
    record.last_s = std::max(record.last_s, number_in_or(event, key, 0.0));
  }
}

}  // namespace joulecast::store
