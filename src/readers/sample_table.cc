#include "readers/sample_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/civil_time.h"
#include "base/text.h"
#include "readers/report_notes.h"

namespace joulecast::readers {
namespace {

constexpr double kNoSample = std::numeric_limits<double>::quiet_NaN();
// 1973 as Unix time; no training takes three years.
constexpr double kFirstUnixTimeS = 1e8;

DeviceKind kind_of(std::string_view id) {
  const std::string lower = to_lower(id);
  if (lower.starts_with("gpu")) return DeviceKind::kGpu;
  if (lower.starts_with("cpu")) return DeviceKind::kCpu;
  if (lower.starts_with("ram") || lower.starts_with("dram")) return DeviceKind::kRam;
  if (lower.starts_with("node") || lower.starts_with("wall")) return DeviceKind::kNode;
  return DeviceKind::kUnknown;
}

Device column_device(std::string id, DeviceKind kind, const std::string& column) {
  Device device;
  device.id = std::move(id);
  device.kind = kind;
  device.source = "column " + column;
  return device;
}

}  // namespace

std::optional<SampleColumns> sample_columns(const std::vector<std::string>& header) {
  constexpr std::string_view kPrefix = "power_", kSuffix = "_w";
  SampleColumns columns;
  bool timed = false;
  for (const std::string& name : header) {
    const std::string lower = to_lower(name);
    int role = SampleColumns::kOther;
    if (!timed && lower == "time_s") {
      role = SampleColumns::kTime;
    } else if (!timed && lower == "timestamp") {
      role = SampleColumns::kTimeOfDay;
    } else if (lower == "power_w") {
      role = static_cast<int>(columns.devices.size());
      columns.devices.push_back(column_device("device", DeviceKind::kUnknown, name));
    } else if (lower.size() > kPrefix.size() + kSuffix.size() && lower.starts_with(kPrefix) &&
               lower.ends_with(kSuffix)) {
      role = static_cast<int>(columns.devices.size());
      const std::string id =
          name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
      columns.devices.push_back(column_device(id, kind_of(id), name));
    }
    timed = timed || role == SampleColumns::kTime || role == SampleColumns::kTimeOfDay;
    columns.roles.push_back(role);
  }
  columns.names = header;
  if (columns.devices.empty()) return std::nullopt;
  return columns;
}

SampleTable::SampleTable(LineReader& lines, SampleColumns columns, ReadContext& context)
    : lines_(lines),
      columns_(std::move(columns)),
      context_(context),
      report_(context.report),
      stream_(context.sink, context.report, context.devices, columns_.devices),
      power_w_(columns_.devices.size(), kNoSample) {
  for (const Device& device : columns_.devices) context_.announce(device);
  for (const int role : columns_.roles) time_of_day_ |= role == SampleColumns::kTimeOfDay;
}

// A row of plain numbers and nothing else, as nearly all are; false: not such a row, nothing done.
bool SampleTable::read_plain_row(std::string_view line) {
  const char* at = line.data();
  const char* const end = at + line.size();
  const std::size_t count = columns_.roles.size();
  for (std::size_t i = 0; i < count; ++i) {
    const int role = columns_.roles[i];
    if (role == SampleColumns::kTimeOfDay) return false;
    if (role == SampleColumns::kOther) {
      if (at != end && (*at == '"' || *at == ' ')) return false;
      at = std::find(at, end, ',');
    } else {
      double number = 0.0;
      const auto [after, status] = std::from_chars(at, end, number);
      if (status != std::errc()) return false;
      at = after;
      if (role == SampleColumns::kTime) {
        if (!(std::fabs(number) <= kLatestTimeS)) return false;
        time_s_ = number;
      } else {
        const auto device = static_cast<std::size_t>(role);
        if (stream_.fault(device, number) != nullptr) return false;
        power_w_[device] = number;
      }
    }
    if (i + 1 == count) return at == end;
    if (at == end || *at != ',') return false;
    ++at;
  }
  return false;
}

Error SampleTable::not_a_number(const CsvField& field, std::size_t column) const {
  return lines_.error_at(field.column,
                         fmt::format("{} is not a number (column {}); mend or delete this line",
                                     quoted(field.text), columns_.names[column]));
}

Status SampleTable::take_time(const CsvField& field) {
  if (time_of_day_) {
    const auto time = parse_civil_time(field.text);
    if (!time) {
      return lines_.error_at(field.column,
                             fmt::format("{} is not a time like 2024-05-17T08:27:23.500Z; mend or "
                                         "delete this line",
                                         quoted(field.text)));
    }
    time_s_ = *time;
    return {};
  }
  const auto time = parse_number(field.text);
  if (!time) {
    const auto column = static_cast<std::size_t>(
        std::find(columns_.roles.begin(), columns_.roles.end(), int{SampleColumns::kTime}) -
        columns_.roles.begin());
    return not_a_number(field, column);
  }
  time_s_ = *time;
  return {};
}

void SampleTable::take_power(const CsvField& field, double power_w, std::size_t device,
                             bool& row_is_bad) {
  const char* fault = stream_.fault(device, power_w);
  if (fault == nullptr) {
    power_w_[device] = power_w;
  } else if (!row_is_bad) {
    row_is_bad = true;
    count_bad_row(report_, lines_.line_number(), field.column,
                  [&] { return fmt::format("{}: {}", quoted(field.text), fault); });
  }
}

// Any row; says what is wrong with it.
Status SampleTable::read_row() {
  const std::uint64_t line_number = lines_.line_number();
  if (!split_csv(lines_.line(), fields_, unquoted_)) {
    return lines_.error_at(fields_.back().column,
                           "a quote is opened here and not closed in this line");
  }
  if (fields_.size() != columns_.roles.size()) {
    count_bad_row(report_, line_number, 0, [&] {
      return fmt::format("{} fields where the header has {}", fields_.size(),
                         columns_.roles.size());
    });
    return {};
  }
  std::fill(power_w_.begin(), power_w_.end(), kNoSample);
  bool row_is_bad = false;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const int role = columns_.roles[i];
    const CsvField& field = fields_[i];
    if (role == SampleColumns::kTime || role == SampleColumns::kTimeOfDay) {
      if (Status status = take_time(field); !status) return status;
      if (!(std::fabs(time_s_) <= kLatestTimeS)) {
        if (row_is_bad) return {};
        count_bad_row(report_, line_number, field.column,
                      [&] { return fmt::format("{} cannot be a time", quoted(field.text)); });
        return {};
      }
    } else if (role >= 0 && !field.text.empty()) {
      const auto power = parse_number(field.text);
      if (!power) return not_a_number(field, i);
      take_power(field, *power, static_cast<std::size_t>(role), row_is_bad);
    }
  }
  add_row();
  return {};
}

// Times that count from 1970 are taken as wall clock; others as seconds of the run.
bool SampleTable::begins_in_unix_time(double time_s) {
  return time_of_day_ || time_s >= kFirstUnixTimeS;
}

void SampleTable::add_row() {
  if (!zero_is_set_) {
    zero_is_set_ = true;
    if (begins_in_unix_time(time_s_)) {
      stream_.set_zero(time_s_);
      report_.start_unix_s = time_s_;
    }
  }
  stream_.add(time_s_, power_w_.data());
}

Status SampleTable::read(Progress& progress) {
  for (;;) {
    const auto step = lines_.next();
    if (step == LineReader::Step::kError) return lines_.error();
    if (step == LineReader::Step::kEnd) break;
    progress.line(lines_);
    const std::string_view line = lines_.line();
    if (columns_.interval_s) time_s_ = static_cast<double>(report_.rows) * *columns_.interval_s;
    if (lines_.complete() && read_plain_row(line)) [[likely]] {
      ++report_.rows;
      add_row();
      continue;
    }
    if (trim(line).empty()) continue;
    ++report_.rows;
    if (!lines_.complete()) {
      count_bad_row(report_, lines_.line_number(), 0,
                    [] { return "the last line has no newline: it is cut off, or may be"; });
    } else if (Status status = read_row(); !status) {
      return status;
    }
  }
  stream_.finish();
  progress.done();
  return check_usable(report_, lines_.name());
}

}  // namespace joulecast::readers
