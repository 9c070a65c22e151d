#include "readers/nvidia_smi_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "base/text.h"

namespace joulecast::readers {
namespace {

std::optional<std::size_t> find(const std::vector<std::string>& names,
                                std::initializer_list<std::string_view> wanted) {
  for (const std::string_view name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  return std::nullopt;
}

}  // namespace

std::string query_name(std::string_view header) {
  return to_lower(trim(header.substr(0, header.find('['))));
}

std::string_view header_unit(std::string_view header) {
  const auto open = header.find('[');
  const auto close = header.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  return trim(header.substr(open + 1, close - open - 1));
}

Result<NvidiaColumns> nvidia_columns(const CsvReader& csv) {
  std::vector<std::string> names;
  for (const std::string& header : csv.header()) names.push_back(query_name(header));
  const std::string file = csv.lines().name();
  NvidiaColumns columns;

  const auto time = find(names, {"timestamp"});
  if (!time) {
    return Error{fmt::format("{}:{}: there is no column timestamp; add it to --query-gpu", file,
                             csv.lines().line_number())};
  }
  columns.time = *time;

  std::optional<std::size_t> power;
  for (const std::string_view name : kPowerNames) {
    const auto found = find(names, {name});
    if (!found) continue;
    if (power) {
      columns.other_powers.emplace_back(name);
    } else {
      power = found;
    }
  }
  if (!power) {
    return Error{fmt::format("{}:{}: there is no column power.draw; add it to --query-gpu", file,
                             csv.lines().line_number())};
  }
  columns.power = *power;
  columns.power_name = names[*power];
  const std::string_view unit = header_unit(csv.header()[*power]);
  if (!unit.empty() && unit != "W") {
    return csv.error_at(csv.row()[*power],
                        fmt::format("the power is in {}, watts are needed; convert the column "
                                    "and write [W]",
                                    quoted(unit)));
  }

  columns.limit = find(names, {"enforced.power.limit", "power.limit", "power.default_limit",
                               "power.max_limit", "gpu_max_power"});
  if (columns.limit) {
    const std::string_view limit_unit = header_unit(csv.header()[*columns.limit]);
    if (!limit_unit.empty() && limit_unit != "W") columns.limit.reset();
  }
  columns.name = find(names, {"name", "gpu_name"});
  columns.id = find(names, {"uuid", "gpu_uuid"});
  if (!columns.id) {
    columns.id = find(names, {"index", "gpu_index"});
    columns.id_is_index = columns.id.has_value();
  }
  if (!columns.id) columns.id = find(names, {"pci.bus_id", "gpu_bus_id", "pci.bus"});
  return columns;
}

}  // namespace joulecast::readers
