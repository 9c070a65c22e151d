#include "report/run_record.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "store/civil_text.h"
#include "store/events.h"
#include "store/summary.h"

namespace joulecast::report {
namespace {

// A form of a run folder's lines, without what is of the file only.
Json form_of(Json event) {
  for (const char* key : {"schema", "event", "writer"}) event.erase(key);
  return event;
}

template <typename List>
Json forms_of(const List& list, Json (*event)(const typename List::value_type&)) {
  Json forms = Json::array();
  for (const auto& each : list) forms.push_back(form_of(event(each)));
  return forms;
}

Json devices_json(const RunRecordReport& report) {
  Json devices = Json::array();
  for (std::size_t d = 0; d < report.record.devices.size(); ++d) {
    const store::RecordedDevice& device = report.record.devices[d];
    Json json = device_json(device.device);
    json["gain_error"] = json_number(device.gain_error);
    json["measured"] =
        d < report.devices.size() ? store::measured_json(report.devices[d]) : Json(nullptr);
    devices.push_back(std::move(json));
  }
  return devices;
}

Json checks_json(const store::RunRecord& record) {
  Json checks = Json::array();
  for (const ForecastCheck& check : forecast_checks(record)) {
    checks.push_back({{"fraction", check.fraction},
                      {"epoch", check.forecast.epochs_seen},
                      {"energy_j", json_number(check.forecast.energy->value.value())},
                      {"energy_low_j", json_number(check.forecast.energy->low)},
                      {"energy_high_j", json_number(check.forecast.energy->high)},
                      {"error", check.error}});
  }
  return checks;
}

Json forecasts_json(const store::RunRecord& record) {
  Json forecasts = Json::array();
  for (const store::TimedForecast& timed : record.forecasts) {
    Json json = {{"time_s", timed.time_s}};
    json.update(store::forecast_json(timed.forecast));
    forecasts.push_back(std::move(json));
  }
  return forecasts;
}

Json notes_json(const store::RunRecord& record) {
  Json notes = Json::array();
  for (const store::TimedNote& note : record.notes) {
    notes.push_back({{"time_s", note.time_s}, {"text", note.text}});
  }
  return notes;
}

}  // namespace

std::vector<ForecastCheck> forecast_checks(const store::RunRecord& record) {
  const bool whole = record.end && record.end->exit_code.value_or(-1) == 0;
  // A live forecast is of the whole run, its start-up included.
  const auto outcome = whole ? store::sum_of(record.devices, record.end->devices) : std::nullopt;
  if (!outcome || !(outcome->energy.value() > 0.0)) return {};
  // Against a total that misses a part nothing can be judged.
  constexpr double kWhole = 0.01;
  if (outcome->uncovered.value() > kWhole * record.end->end_s) return {};
  std::vector<ForecastCheck> checks;
  const auto check = [&](double fraction, const Forecast& forecast) {
    if (!forecast.energy) return;
    checks.push_back({.fraction = fraction,
                      .forecast = forecast,
                      .error = forecast.energy->value / outcome->energy - 1.0});
  };
  if (record.estimate) check(0.0, *record.estimate);
  const auto epochs = static_cast<double>(record.epochs.size());
  std::int64_t shown = 0;
  for (const double fraction : {0.1, 0.2, 0.5}) {
    const auto seen = static_cast<std::int64_t>(std::ceil(fraction * epochs));
    const auto found = std::find_if(
        record.forecasts.begin(), record.forecasts.end(),
        [&](const store::TimedForecast& timed) { return timed.forecast.epochs_seen >= seen; });
    if (found == record.forecasts.end() || found->forecast.epochs_seen <= shown) continue;
    shown = found->forecast.epochs_seen;
    check(fraction, found->forecast);
  }
  return checks;
}

Json run_record_json(const RunRecordReport& report) {
  const store::RunRecord& record = report.record;
  const auto total = store::sum_of(report.record.devices, report.devices);
  Json json = {{"schema", "joulecast.show/1"},
               {"id", record.id},
               {"folder", report.folder.string()},
               {"state", to_string(record.state)},
               {"started", store::iso_time(record.start.start_unix_s)},
               {"start", form_of(store::start_event(record.start, {}))},
               {"plan",
                {{"unit", to_string(record.plan.unit)},
                 {"total", json_number(record.plan.total)},
                 {"duration_s", json_number(record.plan.duration)}}},
               {"software", record.software}};
  json["duration_s"] = record.end ? record.end->end_s : record.last_s;
  const auto whole = [](std::optional<int> n) { return n ? Json(*n) : Json(nullptr); };
  json["exit_code"] = record.end ? whole(record.end->exit_code) : Json(nullptr);
  json["signal"] = record.end ? whole(record.end->signal) : Json(nullptr);
  const bool known =
      total && store::any_known(report.devices, Seconds(json["duration_s"].get<double>()));
  json["total"] = known ? store::measured_json(*total) : Json(nullptr);
  json["meter_error_j"] =
      known ? Json(store::meter_error(report.record.devices, report.devices).value())
            : Json(nullptr);
  json["devices"] = devices_json(report);
  json["estimate"] = record.estimate ? store::forecast_json(*record.estimate) : Json(nullptr);
  json["epochs"] = forms_of(record.epochs, store::epoch_event);
  json["windows"] = forms_of(record.windows, store::window_event);
  json["forecasts"] = forecasts_json(record);
  json["forecasts_against_outcome"] = checks_json(record);
  json["footprint"] = record.end ? form_of(store::end_event(*record.end))["footprint"] : Json();
  json["notes"] = notes_json(record);
  return json;
}

}  // namespace joulecast::report
