#include "readers/nvidia_smi.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/civil_time.h"
#include "base/csv.h"
#include "base/text.h"
#include "readers/head.h"
#include "readers/interval_mix.h"
#include "readers/nvidia_smi_columns.h"
#include "readers/report_notes.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {
namespace {

// More GPUs than any machine has; a column that makes so many is no id.
constexpr std::size_t kMostDevices = 1024;

// "119.17 W" or "119.17"; otherwise why not.
struct WattsField {
  double watts = 0.0;
  const char* fault = nullptr;
};

WattsField parse_watts(std::string_view text) {
  if (text.empty()) return {.fault = "no power"};
  if (text.front() == '[') return {.fault = "no reading"};
  WattsField field;
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, field.watts);
  if (status != std::errc()) return {.fault = "not a number"};
  const std::string_view unit = trim(text.substr(static_cast<std::size_t>(after - text.data())));
  if (unit.empty() || unit == "W") return field;
  if (unit == "mW" || unit == "kW" || unit == "MW") return {.fault = "watts (W) are needed"};
  return {.fault = "not a number of watts"};
}

struct Gpu {
  std::string key;
  SampleStream stream;
  IntervalMix intervals;
};

class NvidiaSmiReader {
 public:
  NvidiaSmiReader(CsvReader csv, NvidiaColumns columns, ReadContext& context)
      : csv_(std::move(csv)),
        columns_(std::move(columns)),
        context_(context),
        report_(context.report) {}

  Status read() {
    Progress progress(context_.options);
    for (;;) {
      const auto step = csv_.next();
      if (step == LineReader::Step::kError) return csv_.error();
      if (step == LineReader::Step::kEnd) break;
      progress.line(csv_.lines());
      if (is_header_again()) continue;
      if (Status status = read_row(); !status) return status;
    }
    for (const auto& gpu : gpus_) {
      if (Status status = check_apart(*gpu); !status) return status;
      gpu->stream.finish();
    }
    progress.done();
    if (!columns_.other_powers.empty()) {
      context_.note(fmt::format("power is {}; also there and not used: {}", columns_.power_name,
                                joined(columns_.other_powers)));
    }
    return check_usable(report_, csv_.lines().name());
  }

 private:
  const std::vector<CsvField>& row() const { return csv_.row(); }

  // Logs of several recordings appended to each other repeat the header.
  bool is_header_again() const {
    return row().size() == csv_.header().size() &&
           std::equal(row().begin(), row().end(), csv_.header().begin(),
                      [](const CsvField& field, const std::string& name) {
                        return field.text == trim(name);
                      });
  }

  // Whether a field that is used would be the one that is cut off with the line.
  bool uses_last_column() const {
    const std::size_t last = csv_.header().size() - 1;
    return columns_.power == last || columns_.time == last || columns_.id == last ||
           (!columns_.id && columns_.name == last);
  }

  void bad_row(const CsvField& field, std::string_view what) {
    count_bad_row(report_, csv_.lines().line_number(), field.column,
                  [&] { return fmt::format("{}: {}", quoted(field.text), what); });
  }

  Status read_row() {
    if (columns_.time < row().size() && query_name(row()[columns_.time].text) == "timestamp") {
      return csv_.error_at(row()[columns_.time],
                           "another header begins here; split the file before this line");
    }
    ++report_.rows;
    if (row().size() != csv_.header().size()) {
      count_bad_row(report_, csv_.lines().line_number(), 0, [&] {
        return fmt::format("{} fields where the header has {}", row().size(), csv_.header().size());
      });
      return {};
    }
    if (!csv_.lines().complete() && uses_last_column()) {
      bad_row(row().back(), "the last line has no newline, and what is cut off may look whole");
      return {};
    }
    const CsvField& time_field = row()[columns_.time];
    const auto time = parse_civil_time(time_field.text);
    if (!time) {
      bad_row(time_field, "not a time like 2024/05/17 08:27:23.500");
      return {};
    }
    const CsvField& power_field = row()[columns_.power];
    const WattsField power = parse_watts(power_field.text);
    if (power.fault != nullptr) {
      bad_row(power_field, power.fault);
      return {};
    }
    const auto gpu = find_gpu();
    if (!gpu) return gpu.error();
    if (*gpu == nullptr) return {};
    if (const char* fault = (*gpu)->stream.fault(0, power.watts); fault != nullptr) {
      bad_row(power_field, fault);
      return {};
    }
    if (!columns_.id && !(*gpu)->intervals.full()) {
      (*gpu)->intervals.add(*time);
      if ((*gpu)->intervals.full()) {
        if (Status status = check_apart(**gpu); !status) return status;
      }
    }
    if (!zero_s_) {
      zero_s_ = *time;
      report_.start_unix_s = *time;
      for (const auto& known : gpus_) known->stream.set_zero(*time);
    }
    (*gpu)->stream.add(*time, &power.watts);
    return {};
  }

  // Rows of several GPUs without anything that tells them apart would be one GPU with nonsense.
  Status check_apart(const Gpu& gpu) const {
    if (columns_.id || !gpu.intervals.is_mixed()) return {};
    return Error{
        fmt::format("{}: rows of several GPUs, and nothing tells them apart; add index or "
                    "uuid to --query-gpu",
                    csv_.lines().name())};
  }

  // The current row's GPU, announced if it is new; nullptr: the row does not name one.
  Result<Gpu*> find_gpu() {
    const auto key_column = columns_.id ? columns_.id : columns_.name;
    const std::string_view key = key_column ? row()[*key_column].text : std::string_view();
    // GPUs come round in the same order.
    for (std::size_t i = 0; i < gpus_.size(); ++i) {
      last_ = last_ + 1 < gpus_.size() ? last_ + 1 : 0;
      if (gpus_[last_]->key == key) return gpus_[last_].get();
    }
    if (columns_.id && (key.empty() || key.front() == '[')) {
      bad_row(row()[*columns_.id], "the row does not say which GPU it is");
      return nullptr;
    }
    if (gpus_.size() == kMostDevices) {
      return csv_.error_at(row()[key_column.value_or(0)],
                           fmt::format("more than {} GPUs in one file; is column {} the GPU's id?",
                                       kMostDevices, csv_.header()[key_column.value_or(0)]));
    }
    Device device;
    device.id = columns_.id && !columns_.id_is_index ? std::string(key)
                : columns_.id                        ? fmt::format("gpu{}", key)
                                                     : fmt::format("gpu{}", gpus_.size());
    device.kind = DeviceKind::kGpu;
    if (columns_.name) device.name = row()[*columns_.name].text;
    device.source = "nvidia-smi " + power_source();
    if (columns_.limit) {
      const WattsField limit = parse_watts(row()[*columns_.limit].text);
      if (limit.fault == nullptr && std::isfinite(limit.watts) && limit.watts > 0.0) {
        device.power_limit = Watts(limit.watts);
      }
    }
    const std::size_t index = context_.announce(device);
    gpus_.push_back(
        std::make_unique<Gpu>(Gpu{.key = std::string(key),
                                  .stream = SampleStream(context_.sink, report_, index, {device}),
                                  .intervals = {}}));
    if (zero_s_) gpus_.back()->stream.set_zero(*zero_s_);
    last_ = gpus_.size() - 1;
    return gpus_.back().get();
  }

  // Other programs' names for the column mean nvidia-smi's power.draw.
  std::string power_source() const {
    return columns_.power_name.starts_with("power.draw") ? columns_.power_name : "power.draw";
  }

  CsvReader csv_;
  NvidiaColumns columns_;
  ReadContext& context_;
  ReadReport& report_;
  std::vector<std::unique_ptr<Gpu>> gpus_;
  std::size_t last_ = 0;
  std::optional<double> zero_s_;
};

// A table without its header: the first field is a time and some other one watts.
bool lacks_header(const std::vector<std::string>& fields) {
  return !fields.empty() && parse_civil_time(fields[0]) &&
         std::any_of(fields.begin(), fields.end(), [](const std::string& text) {
           return text.ends_with(" W") && parse_watts(text).fault == nullptr;
         });
}

}  // namespace

bool recognises_nvidia_smi(std::string_view head) {
  const auto fields = header_fields(head);
  if (lacks_header(fields)) return true;
  return std::any_of(fields.begin(), fields.end(), [](const std::string& header) {
    const std::string name = query_name(header);
    return std::find(kPowerNames.begin(), kPowerNames.end(), name) != kPowerNames.end();
  });
}

Status read_nvidia_smi(Input& input, ReadContext& context) {
  auto csv = CsvReader::open(std::move(input.lines));
  if (!csv) return csv.error();
  if (lacks_header(csv->header())) {
    return Error{
        fmt::format("{}:1: there is no header line; record with --format=csv, without "
                    "noheader",
                    csv->lines().name())};
  }
  auto columns = nvidia_columns(*csv);
  if (!columns) return columns.error();
  return NvidiaSmiReader(std::move(*csv), std::move(*columns), context).read();
}

}  // namespace joulecast::readers
