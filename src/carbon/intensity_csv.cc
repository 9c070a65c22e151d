#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/civil_time.h"
#include "base/csv.h"
#include "base/text.h"
#include "joulecast/carbon/start_time.h"

namespace joulecast::carbon {
namespace {

struct Columns {
  std::size_t from = 0;
  std::optional<std::size_t> to;
  std::vector<std::size_t> values;  ///< The first one that is filled in counts.
};

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// How well a column says what is wanted; none: it does not hold intensities.
std::optional<int> value_rank(const std::string& name) {
  if (one_of(name, {"g_per_kwh", "gco2e_per_kwh", "gco2_per_kwh", "carbon_intensity", "intensity",
                    "carbonintensity"})) {
    return 1;
  }
  const bool intensity =
      name.find("carbon intensity") != std::string::npos && name.find("kwh") != std::string::npos;
  if (intensity && name.find("life") != std::string::npos) return 0;
  if (intensity && name.find("forecast") != std::string::npos) return 3;
  if (intensity) return 2;
  if (name == "actual") return 2;
  if (name == "forecast") return 3;
  return std::nullopt;
}

Result<Columns> find_columns(const CsvReader& table) {
  Columns columns;
  std::optional<std::size_t> from;
  std::vector<std::pair<int, std::size_t>> values;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const std::string name = to_lower(table.header()[i]);
    const bool time = one_of(name, {"timestamp", "time", "from", "start", "date"}) ||
                      name.starts_with("datetime") || name.starts_with("timestamp");
    if (time && !from) from = i;
    if (one_of(name, {"to", "end"})) columns.to = i;
    if (const auto rank = value_rank(name)) values.emplace_back(*rank, i);
  }
  if (!from || values.empty()) {
    return Error{fmt::format(
        "{}:1: there is no column of {}; write 'timestamp,g_per_kwh' (the columns are: {})",
        table.lines().name(), from ? "intensities" : "times", fmt::join(table.header(), ", "))};
  }
  columns.from = *from;
  std::stable_sort(values.begin(), values.end());
  for (const auto& [rank, index] : values) columns.values.push_back(index);
  return columns;
}

Result<double> time_in(const CsvReader& table, std::size_t column) {
  const CsvField& field = table.row()[column];
  if (const auto time_s = parse_grid_time(field.text)) return *time_s;
  return table.error_at(field,
                        fmt::format("{} is not a time like 2024-05-17T08:00Z", quoted(field.text)));
}

// The row's figure; NaN where it gives none.
Result<double> value_in(const CsvReader& table, const Columns& columns) {
  constexpr double kMostGPerKwh = 5000.0;
  for (const std::size_t column : columns.values) {
    const CsvField& field = table.row()[column];
    if (field.text.empty()) continue;
    const auto number = table.number(column);
    if (!number) return number.error();
    if (*number < 0.0 || *number > kMostGPerKwh) {
      return table.error_at(field, fmt::format("{} is no carbon intensity in g/kWh; they lie "
                                               "between 0 and {}",
                                               *number, kMostGPerKwh));
    }
    return *number;
  }
  return std::nan("");
}

// end_s is NaN without a "to" column.
Result<IntensitySlot> slot_in(const CsvReader& table, const Columns& columns) {
  if (table.row().size() < table.header().size()) {
    return table.error_at(table.row().back(), "the row has fewer fields than the header");
  }
  const auto start_s = time_in(table, columns.from);
  if (!start_s) return start_s.error();
  double end_s = std::nan("");
  if (columns.to) {
    const auto to_s = time_in(table, *columns.to);
    if (!to_s) return to_s.error();
    end_s = *to_s;
    if (end_s <= *start_s) {
      return table.error_at(table.row()[*columns.to], "the slot ends before it begins");
    }
  }
  const auto value = value_in(table, columns);
  if (!value) return value.error();
  return IntensitySlot{.start_s = *start_s, .end_s = end_s, .g_per_kwh = *value};
}

double typical_step_s(const std::vector<IntensitySlot>& slots) {
  constexpr double kHourS = 3600.0;
  if (slots.size() < 2) return kHourS;
  std::vector<double> steps_s;
  for (std::size_t i = 1; i < slots.size(); ++i) {
    steps_s.push_back(slots[i].start_s - slots[i - 1].start_s);
  }
  const auto middle = steps_s.begin() + static_cast<std::ptrdiff_t>(steps_s.size() / 2);
  std::nth_element(steps_s.begin(), middle, steps_s.end());
  return *middle;
}

// Without "to", a slot lasts until the next one begins. A step of more than one and a half typical
// ones is a gap: rows are missing there.
void set_ends(std::vector<IntensitySlot>& slots) {
  constexpr double kGapFactor = 1.5;
  const double typical_s = typical_step_s(slots);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    IntensitySlot& slot = slots[i];
    if (!std::isnan(slot.end_s)) continue;
    const bool last = i + 1 == slots.size();
    const double step_s = last ? typical_s : slots[i + 1].start_s - slot.start_s;
    slot.end_s = slot.start_s + (step_s > kGapFactor * typical_s ? typical_s : step_s);
  }
}

}  // namespace

std::optional<double> parse_grid_time(std::string_view text) {
  // 1973 as Unix time: smaller numbers are years or hours.
  constexpr double kFirstUnixS = 1e8, kLastUnixS = 1e11;
  text = trim(text);
  if (const auto number = parse_number(text)) {
    if (*number >= kFirstUnixS && *number <= kLastUnixS) return *number;
    return std::nullopt;
  }
  constexpr std::size_t kDay = 10, kMinute = 16;
  std::string full(text);
  if (full.size() == kDay) full += "T00:00";
  if (full.size() == kMinute || (full.size() > kMinute && full[kMinute] != ':')) {
    full.insert(kMinute, ":00");
  }
  return parse_civil_time(full);
}

Result<std::vector<IntensitySlot>> read_intensity_csv(const std::filesystem::path& path) {
  auto source = open_file(path);
  if (!source) return source.error();
  auto table = CsvReader::open(LineReader(std::move(source).value()));
  if (!table) return table.error();
  const auto columns = find_columns(*table);
  if (!columns) return columns.error();
  std::vector<IntensitySlot> slots;
  LineReader::Step step = LineReader::Step::kLine;
  while ((step = table->next()) == LineReader::Step::kLine) {
    const auto slot = slot_in(*table, *columns);
    if (!slot) return slot.error();
    const bool rises =
        slots.empty() || slot->start_s >= (std::isnan(slots.back().end_s) ? slots.back().start_s
                                                                          : slots.back().end_s);
    if (!rises || (!slots.empty() && slot->start_s == slots.back().start_s)) {
      return table->error_at(table->row()[columns->from],
                             "this time does not come after that of the row before; sort the rows, "
                             "one zone and one row per time");
    }
    slots.push_back(*slot);
  }
  if (step == LineReader::Step::kError) return table->error();
  set_ends(slots);
  std::erase_if(slots, [](const IntensitySlot& slot) { return std::isnan(slot.g_per_kwh); });
  if (slots.empty()) {
    return Error{fmt::format("{}: there is no row with an intensity", path.string())};
  }
  return slots;
}

}  // namespace joulecast::carbon
