#include "store/events.h"

#include <fmt/format.h>
#include <zlib.h>

#include <utility>

#include "base/text.h"
#include "joulecast/store/redact.h"

namespace joulecast::store {
namespace {

constexpr std::string_view kChecksumKey = ",\"crc32\":\"";
constexpr std::size_t kChecksumDigits = 8;
constexpr std::string_view kLineEnd = "\"}";
constexpr std::size_t kChecksumBytes = kChecksumKey.size() + kChecksumDigits + kLineEnd.size();

std::string checksum(std::string_view bytes) {
  return fmt::format("{:08x}", crc32(0, reinterpret_cast<const Bytef*>(bytes.data()),
                                     static_cast<uInt>(bytes.size())));
}

void redact_strings(Json& json) {
  if (json.is_string()) {
    json = redact_text(json.get_ref<const std::string&>());
  } else if (json.is_structured()) {
    for (Json& member : json) redact_strings(member);
  }
}

template <typename T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json measured_list(const std::vector<MeasuredEnergy>& energies) {
  Json list = Json::array();
  for (const MeasuredEnergy& energy : energies) list.push_back(measured_json(energy));
  return list;
}

Json footprint_json(const FootprintRecord& footprint) {
  return {{"pue", footprint.pue},
          {"pue_source", footprint.pue_source},
          {"intensity_g_per_kwh", footprint.intensity_g_per_kwh},
          {"intensity_source", footprint.intensity_source},
          {"grams_co2e", footprint.grams_co2e},
          {"price_per_kwh", json_number(footprint.price_per_kwh)},
          {"cost", json_number(footprint.cost)},
          {"currency", footprint.currency}};
}

}  // namespace

Json start_event(const RunStart& start, const Writer& writer) {
  Json environment = Json::object();
  for (const auto& [name, value] : start.environment) {
    if (may_store_variable(name)) environment[name] = value;
  }
  return {{"schema", kRunSchema},
          {"event", "start"},
          {"start_unix_s", json_number(start.start_unix_s)},
          {"joulecast_version", start.joulecast_version},
          {"command", redact_command(start.command)},
          {"working_folder", start.working_folder},
          {"host", start.host},
          {"pid", start.pid},
          {"os", start.os},
          {"kernel", start.kernel},
          {"cpu", start.cpu},
          {"cpu_threads", start.cpu_threads},
          {"ram_bytes", json_number(start.ram.value())},
          {"git_commit", start.git_commit},
          {"git_remote", start.git_remote},
          {"environment", environment},
          {"title", start.title},
          {"tags", start.tags},
          {"set_up", start.set_up},
          {"probe", start.probe},
          {"rank", optional_json(start.rank)},
          {"ranks", optional_json(start.ranks)},
          {"writer",
           {{"pid", writer.pid},
            {"boot_id", writer.boot_id},
            {"pid_namespace", writer.pid_namespace},
            {"machine", writer.machine},
            {"start_ticks", writer.start_ticks}}}};
}

Json devices_event(const std::vector<RecordedDevice>& devices) {
  Json list = Json::array();
  for (const RecordedDevice& device : devices) {
    Json json = device_json(device.device);
    json["gain_error"] = json_number(device.gain_error);
    list.push_back(std::move(json));
  }
  return {{"event", "devices"}, {"devices", list}};
}

Json software_event(const std::map<std::string, std::string>& versions) {
  return {{"event", "software"}, {"versions", versions}};
}

Json plan_event(const Plan& plan, double time_s) {
  return {{"event", "plan"},
          {"time_s", json_number(time_s)},
          {"unit", to_string(plan.unit)},
          {"total", json_number(plan.total)},
          {"duration_s", json_number(plan.duration)}};
}

Json estimate_event(const Forecast& forecast) {
  return {{"event", "estimate"}, {"forecast", forecast_json(forecast)}};
}

Json epoch_event(const EpochRecord& record) {
  const Epoch& epoch = record.epoch;
  Json evaluation;
  if (epoch.evaluation) {
    evaluation = {{"start_s", json_number(epoch.evaluation->start_s)},
                  {"end_s", json_number(epoch.evaluation->end_s)},
                  {"energy_j", json_number(epoch.evaluation->energy)}};
  }
  return {{"event", "epoch"},
          {"number", epoch.number},
          {"phase", epoch.phase},
          {"start_s", json_number(epoch.start_s)},
          {"end_s", json_number(epoch.end_s)},
          {"energy_j", json_number(epoch.energy)},
          {"origin", to_string(epoch.energy_origin)},
          {"evaluation", evaluation},
          {"steps", json_number(epoch.steps)},
          {"samples", json_number(epoch.samples)},
          {"tokens", json_number(epoch.tokens)},
          {"loss", json_number(epoch.loss)},
          {"val_loss", json_number(epoch.validation_loss)},
          {"accuracy", json_number(epoch.accuracy)},
          {"devices", measured_list(record.devices)}};
}

Json window_event(const WindowRecord& window) {
  return {{"event", "window"},
          {"name", window.name},
          {"start_s", json_number(window.start_s)},
          {"end_s", json_number(window.end_s)},
          {"devices", measured_list(window.devices)}};
}

Json forecast_event(const Forecast& forecast, double time_s) {
  return {{"event", "forecast"},
          {"time_s", json_number(time_s)},
          {"forecast", forecast_json(forecast)}};
}

Json note_event(const std::string& text, double time_s) {
  return {{"event", "note"}, {"time_s", json_number(time_s)}, {"text", printable(text)}};
}

Json end_event(const RunEnd& end) {
  return {{"event", "end"},
          {"end_s", json_number(end.end_s)},
          {"exit_code", optional_json(end.exit_code)},
          {"signal", optional_json(end.signal)},
          {"devices", measured_list(end.devices)},
          {"footprint", end.footprint ? footprint_json(*end.footprint) : Json(nullptr)}};
}

Json interrupted_event(double time_s) {
  return {{"event", "interrupted"}, {"time_s", json_number(time_s)}};
}

std::string to_line(Json event) {
  redact_strings(event);
  std::string line = event.dump(-1, ' ', false, Json::error_handler_t::replace);
  line.pop_back();
  const std::string sum = checksum(line);
  return line.append(kChecksumKey).append(sum).append(kLineEnd) + "\n";
}

std::optional<Json> parse_line(std::string_view line) {
  if (line.size() <= kChecksumBytes) return std::nullopt;
  const std::size_t end = line.size() - kChecksumBytes;
  const std::string_view tail = line.substr(end);
  if (!tail.starts_with(kChecksumKey) || !tail.ends_with(kLineEnd) ||
      tail.substr(kChecksumKey.size(), kChecksumDigits) != checksum(line.substr(0, end))) {
    return std::nullopt;
  }
  Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  return event.is_object() ? std::optional(std::move(event)) : std::nullopt;
}

}  // namespace joulecast::store
