#include "readers/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/civil_time.h"
#include "base/csv.h"
#include "base/text.h"
#include "readers/epoch_table.h"
#include "readers/head.h"
#include "readers/sample_table.h"

namespace joulecast::readers {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<double> positive(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  return std::isfinite(number) && number > 0.0 ? std::optional(number) : std::nullopt;
}

// The enumerator whose to_string() is `word`; the first one where there is none.
template <typename Enum, std::size_t N>
Enum named(const std::array<Enum, N>& values, const std::string& word) {
  for (const Enum value : values) {
    if (word == to_string(value)) return value;
  }
  return values.front();
}

constexpr std::array kKinds = {DeviceKind::kUnknown, DeviceKind::kGpu, DeviceKind::kCpu,
                               DeviceKind::kRam, DeviceKind::kNode};
constexpr std::array kUnits = {WorkUnit::kEpochs, WorkUnit::kSteps, WorkUnit::kSamples,
                               WorkUnit::kTokens};

struct Description {
  Plan plan;
  std::optional<double> start_unix_s;
  std::vector<Device> devices;
};

Result<json> read_json(LineReader& lines) {
  std::string text;
  constexpr std::size_t kLongest = std::size_t{16} * 1024 * 1024;
  for (;;) {
    const auto step = lines.next();
    if (step == LineReader::Step::kError) return lines.error();
    if (step == LineReader::Step::kEnd) break;
    text += lines.line();
    text += '\n';
    if (text.size() > kLongest) return Error{lines.name() + ": this is no recording's run.json"};
  }
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    return Error{fmt::format("{}: this is not a JSON object; is it cut off?", lines.name())};
  }
  return parsed;
}

Result<Device> device_of(const json& object, const std::string& file) {
  Device device;
  device.id = object.is_object() ? text_of(object, "id") : std::string();
  if (device.id.empty()) return Error{file + ": a device without an id; mend the file"};
  device.kind = named(kKinds, text_of(object, "kind"));
  device.name = text_of(object, "name");
  device.source = text_of(object, "source");
  const std::string origin = text_of(object, "origin");
  const auto found = std::find(kOriginNames.begin(), kOriginNames.end(), origin);
  if (found == kOriginNames.end()) {
    return Error{fmt::format("{}: device {} has the origin {}; use one of {}, {}, {}, {}, {}", file,
                             quoted(device.id), quoted(origin), kOriginNames[0], kOriginNames[1],
                             kOriginNames[2], kOriginNames[3], kOriginNames[4])};
  }
  device.origin = static_cast<Origin>(found - kOriginNames.begin());
  if (const auto limit = positive(object, "power_limit_w")) device.power_limit = Watts(*limit);
  return device;
}

Result<Description> describe(LineReader& lines) {
  const auto parsed = read_json(lines);
  if (!parsed) return parsed.error();
  const std::string schema = text_of(*parsed, "schema");
  if (schema != kRecordingSchema) {
    return Error{
        fmt::format("{}: the schema is {}, this version of joulecast reads {}; use a "
                    "newer joulecast, or import the original recording again",
                    lines.name(), quoted(schema), kRecordingSchema)};
  }
  Description description;
  description.plan.unit = named(kUnits, text_of(*parsed, "unit"));
  description.plan.total = positive(*parsed, "planned_epochs");
  if (const auto total = positive(*parsed, "planned_total")) description.plan.total = total;
  if (const auto s = positive(*parsed, "planned_duration_s")) {
    description.plan.duration = Seconds(*s);
  }
  description.start_unix_s = parse_civil_time(text_of(*parsed, "started"));
  const auto devices = parsed->find("devices");
  if (devices != parsed->end() && devices->is_array()) {
    for (const json& object : *devices) {
      auto device = device_of(object, lines.name());
      if (!device) return device.error();
      for (const Device& other : description.devices) {
        if (other.id == device->id) {
          return Error{fmt::format("{}: two devices have the id {}; mend the file", lines.name(),
                                   quoted(device->id))};
        }
      }
      description.devices.push_back(std::move(*device));
    }
  }
  return description;
}

Status read_epochs_part(LineReader lines, ReadContext& context) {
  auto csv = CsvReader::open(std::move(lines));
  if (!csv) return csv.error();
  for (const char* name : {"start_s", "end_s"}) {
    if (const auto column = csv->need_column(name); !column) return column.error();
  }
  const auto table = read_epoch_rows(*csv);
  if (!table) return table.error();
  std::vector<Epoch> epochs;
  for (const EpochRow& row : table->rows) {
    const std::string place = fmt::format("{}:{}", csv->lines().name(), row.line);
    if (!row.start_s || !row.end_s) {
      return Error{fmt::format("{}: epoch {} lacks its start_s or end_s; mend or delete this line",
                               place, row.number)};
    }
    Epoch epoch;
    epoch.number = row.number;
    epoch.phase = row.phase;
    epoch.start_s = row.start_s->value;
    epoch.end_s = row.end_s->value;
    if (row.energy_j) epoch.energy = Joules(row.energy_j->value);
    epoch.energy_origin = row.origin.value_or(Origin::kReported);
    epoch.steps = row.steps;
    epoch.samples = row.samples;
    epoch.tokens = row.tokens;
    epoch.loss = row.loss;
    epoch.validation_loss = row.validation_loss;
    epoch.accuracy = row.accuracy;
    if (row.evaluation_start_s && row.evaluation_end_s) {
      Evaluation evaluation{.start_s = row.evaluation_start_s->value,
                            .end_s = row.evaluation_end_s->value,
                            .energy = {}};
      if (evaluation.start_s < epoch.start_s || evaluation.end_s > epoch.end_s ||
          evaluation.start_s >= evaluation.end_s) {
        return Error{
            fmt::format("{}: the evaluation of epoch {} is not inside it", place, row.number)};
      }
      if (row.evaluation_energy_j) evaluation.energy = Joules(row.evaluation_energy_j->value);
      epoch.evaluation = evaluation;
    }
    if (Status status = append_epoch(epochs, std::move(epoch), place); !status) return status;
  }
  for (const Epoch& epoch : epochs) context.sink.epoch(epoch);
  if (table->last_without_newline) {
    context.note(fmt::format("{}: the last line has no newline; it has all fields and is used",
                             csv->lines().name()));
  }
  return {};
}

Status read_samples_part(LineReader lines, const Description& description, ReadContext& context) {
  if (Status status = skip_header(lines); !status) return status;
  const auto header = header_fields(lines.line());
  auto columns = sample_columns(header);
  if (!columns || std::find(columns->roles.begin(), columns->roles.end(),
                            int{SampleColumns::kTime}) == columns->roles.end()) {
    return Error{
        fmt::format("{}:1: there must be a column time_s and one power_<device>_w for "
                    "each device",
                    lines.name())};
  }
  std::vector<std::string> seen;
  for (Device& device : columns->devices) {
    const auto known = std::find_if(description.devices.begin(), description.devices.end(),
                                    [&](const Device& other) { return other.id == device.id; });
    const bool twice = std::find(seen.begin(), seen.end(), device.id) != seen.end();
    if (known == description.devices.end() || twice) {
      return Error{fmt::format("{}:1: the column power_{}_w {}", lines.name(), device.id,
                               twice ? "is there twice; remove one"
                                     : "is of a device that run.json does not name; add it there")};
    }
    seen.push_back(device.id);
    device = *known;
  }
  Progress progress(context.options);
  return SampleTable(lines, std::move(*columns), context).read(progress);
}

// NAME or NAME.gz in the folder, whichever is there.
Result<std::optional<LineReader>> open_part(const fs::path& folder, const std::string& name) {
  for (const char* ending : {"", ".gz"}) {
    const fs::path path = folder / (name + ending);
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    auto source = open_file(path);
    if (!source) return source.error();
    return std::optional<LineReader>(LineReader(std::move(*source)));
  }
  return std::optional<LineReader>();
}

}  // namespace

bool recognises_recording(std::string_view head) {
  return first_line(head).starts_with('{') &&
         head.find("\"joulecast.recording/") != std::string_view::npos;
}

Status read_recording_parts(LineReader& run_json, std::optional<LineReader> epochs,
                            std::optional<LineReader> samples, ReadContext& context) {
  const auto description = describe(run_json);
  if (!description) return description.error();
  if (!epochs && !samples) {
    return Error{
        fmt::format("{}: neither epochs.csv nor samples.csv lies beside it", run_json.name())};
  }
  context.report.plan = description->plan;
  context.report.start_unix_s = description->start_unix_s;
  if (epochs) {
    if (Status status = read_epochs_part(std::move(*epochs), context); !status) return status;
  }
  if (samples) return read_samples_part(std::move(*samples), *description, context);
  Progress(context.options).done();
  return {};
}

Status read_recording(Input& input, ReadContext& context) {
  const fs::path folder = input.path.parent_path();
  auto epochs = open_part(folder, "epochs.csv");
  if (!epochs) return epochs.error();
  auto samples = open_part(folder, "samples.csv");
  if (!samples) return samples.error();
  return read_recording_parts(input.lines, std::move(*epochs), std::move(*samples), context);
}

}  // namespace joulecast::readers
