#include "readers/samples_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "readers/head.h"
#include "readers/sample_table.h"

namespace joulecast::readers {
namespace {

bool all_numbers(const std::vector<std::string>& fields) {
  return !fields.empty() && std::all_of(fields.begin(), fields.end(), [](const std::string& text) {
    return parse_number(text).has_value();
  });
}

Status check_distinct(const SampleColumns& columns, const std::string& file) {
  std::vector<std::string> ids;
  for (const Device& device : columns.devices) ids.push_back(device.id);
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice == ids.end()) return {};
  return Error{fmt::format("{}:1: two columns for the device {}; rename or remove one", file,
                           quoted(*twice))};
}

Error needs_interval(const LineReader& lines) {
  return Error{
      fmt::format("{}: there is no time in it; give --sampling-interval SECONDS", lines.name())};
}

}  // namespace

bool recognises_samples(std::string_view head) {
  const auto header = header_fields(head);
  return all_numbers(header) || sample_columns(header).has_value();
}

Status read_samples(Input& input, ReadContext& context) {
  LineReader& lines = input.lines;
  const auto head = lines.peek();
  if (!head) return head.error();
  const auto header = header_fields(*head);
  SampleColumns columns;
  if (all_numbers(header)) {
    if (header.size() > 1) {
      return Error{
          fmt::format("{}:1: {} columns and no header; begin the file with a line like "
                      "time_s,power_w",
                      lines.name(), header.size())};
    }
    columns.roles = {0};
    columns.names = {"power_w"};
    Device device;
    device.id = "device";
    device.source = "watts, one per line";
    columns.devices.push_back(std::move(device));
  } else {
    auto known = sample_columns(header);
    if (!known) {
      return Error{
          fmt::format("{}:1: there is no column power_w or power_<device>_w; the columns "
                      "are: {}",
                      lines.name(), joined(header))};
    }
    columns = std::move(*known);
    if (Status status = skip_header(lines); !status) return status;
  }
  if (Status status = check_distinct(columns, lines.name()); !status) return status;
  const bool timed = std::any_of(columns.roles.begin(), columns.roles.end(), [](int role) {
    return role == SampleColumns::kTime || role == SampleColumns::kTimeOfDay;
  });
  if (!timed) {
    if (!context.options.interval_s) return needs_interval(lines);
    columns.interval_s = context.options.interval_s;
  } else if (context.options.interval_s) {
    context.note("the file has its own times; the interval given is not used");
  }
  Progress progress(context.options);
  return SampleTable(lines, std::move(columns), context).read(progress);
}

}  // namespace joulecast::readers
