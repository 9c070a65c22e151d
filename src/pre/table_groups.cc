#include "pre/table_groups.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include "base/text.h"
#include "joulecast/hardware/gpu.h"

namespace joulecast::pre {
namespace {

struct Derived {
  std::string_view name;
  std::string (*text)(const Observation& row);
};

std::string generation_of(const Observation& row) {
  const auto gpu = hardware::find_gpu(row.set_up.gpu);
  return gpu ? gpu->architecture : "";
}

constexpr std::array<Derived, 9> kDerived = {{
    {"configuration", [](const Observation& row) { return configuration_of(row.set_up); }},
    {"gpu", [](const Observation& row) { return gpu_name_of(row.set_up); }},
    {"generation", generation_of},
    {"source", [](const Observation& row) { return row.source; }},
    {"meter", [](const Observation& row) { return row.meter; }},
    {"network", [](const Observation& row) { return row.set_up.network; }},
    {"dataset", [](const Observation& row) { return row.set_up.dataset; }},
    {"host", [](const Observation& row) { return row.set_up.host; }},
    {"framework", [](const Observation& row) { return row.set_up.framework; }},
}};

std::vector<std::string> derived(const Table& table, const Derived& column) {
  std::vector<std::string> texts;
  for (const Observation& row : table.observations) texts.push_back(column.text(row));
  return texts;
}

Error unknown_column(const Table& table, std::string_view name) {
  std::vector<std::string_view> names = {"architecture"};
  for (const Derived& column : kDerived) names.push_back(column.name);
  for (const std::string& column : table.columns) {
    if (std::find(names.begin(), names.end(), column) == names.end()) names.push_back(column);
  }
  const auto near = nearest(name, names);
  return Error{fmt::format("there is no column {}{}; there are {}", quoted(name),
                           near ? fmt::format(" (did you mean {}?)", *near) : "",
                           fmt::join(names, ", "))};
}

// The rows whose text is meant by `wanted`.
Result<std::vector<bool>> rows_with(const std::vector<std::string>& texts, std::string_view column,
                                    std::string_view wanted) {
  const std::string small = to_lower(wanted);
  std::set<std::string> equal, containing;
  const std::set<std::string> all(texts.begin(), texts.end());
  for (const std::string& text : all) {
    if (to_lower(text) == small) equal.insert(text);
    if (to_lower(text).find(small) != std::string::npos) containing.insert(text);
  }
  const std::set<std::string>& meant = equal.empty() ? containing : equal;
  if (meant.empty() || (equal.empty() && meant.size() > 1)) {
    constexpr std::size_t kMostShown = 12;
    std::vector<std::string> shown(all.begin(), all.end());
    if (shown.size() > kMostShown) {
      shown.resize(kMostShown);
      shown.emplace_back("...");
    }
    return Error{fmt::format("{}={}: {}; {} is one of {}", column, wanted,
                             meant.empty() ? "no row has it" : "this means several", column,
                             fmt::join(shown, ", "))};
  }
  std::vector<bool> fits;
  for (const std::string& text : texts) fits.push_back(meant.contains(text));
  return fits;
}

}  // namespace

Result<std::vector<std::string>> column_of(const Table& table, std::string_view name) {
  const std::string small = to_lower(name);
  const auto find = [&](std::span<const Derived> columns) {
    return std::find_if(columns.begin(), columns.end(),
                        [&](const Derived& column) { return column.name == small; });
  };
  // The groups of METHODS mean the same in every table, whatever its columns are called.
  if (small == "architecture") return table.architectures;
  if (small == "configuration" || small == "gpu") return derived(table, *find(kDerived));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (to_lower(table.columns[i]) != small) continue;
    std::vector<std::string> texts;
    for (const auto& cells : table.cells) texts.push_back(cells[i]);
    return texts;
  }
  const std::span<const Derived> columns = kDerived;
  const auto found = find(columns);
  if (found != columns.end()) return derived(table, *found);
  return unknown_column(table, name);
}

Result<std::vector<std::string>> groups_of(const Table& table, std::span<const std::string> names) {
  std::vector<std::string> groups(table.observations.size());
  for (const std::string& name : names) {
    const auto column = column_of(table, name);
    if (!column) return column.error();
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i] += (groups[i].empty() ? "" : " | ") + (*column)[i];
    }
  }
  return groups;
}

Result<std::vector<bool>> rows_where(const Table& table, std::span<const std::string> conditions) {
  std::map<std::string, std::vector<bool>> by_column;
  for (const std::string& condition : conditions) {
    const std::size_t equals = condition.find('=');
    if (equals == std::string::npos) {
      return Error{fmt::format("{} is no condition: write 'column=value'", quoted(condition))};
    }
    const std::string name(trim(std::string_view(condition).substr(0, equals)));
    const auto column = column_of(table, name);
    if (!column) return column.error();
    const auto fits =
        rows_with(*column, name, trim(std::string_view(condition).substr(equals + 1)));
    if (!fits) return fits.error();
    auto& rows = by_column.try_emplace(to_lower(name), fits->size(), false).first->second;
    std::transform(rows.begin(), rows.end(), fits->begin(), rows.begin(), std::logical_or<>());
  }
  std::vector<bool> all(table.observations.size(), true);
  for (const auto& [name, rows] : by_column) {
    std::transform(all.begin(), all.end(), rows.begin(), all.begin(), std::logical_and<>());
  }
  return all;
}

}  // namespace joulecast::pre
