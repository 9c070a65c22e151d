#include "cli/tradeoff_where.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace joulecast::cli {

Status TradeoffWhere::parse(const std::vector<std::string>& conditions) {
  for (const std::string& condition : conditions) {
    const std::size_t equals = condition.find('=');
    if (equals == std::string::npos) {
      return Error{fmt::format("--where {}: write 'column=value'", quoted(condition))};
    }
    const std::string name(trim(std::string_view(condition).substr(0, equals)));
    const std::string wanted(trim(std::string_view(condition).substr(equals + 1)));
    auto same = std::find_if(columns_.begin(), columns_.end(), [&](const OfColumn& column) {
      return to_lower(column.name) == to_lower(name);
    });
    if (same == columns_.end()) {
      same = columns_.insert(same,
                             {.name = name, .wanted = {}, .column = {}, .values = {}, .meant = {}});
    }
    same->wanted.push_back(wanted);
  }
  return {};
}

Status TradeoffWhere::resolve(OfColumn& column) {
  for (const std::string& wanted : column.wanted) {
    const std::string small = to_lower(wanted);
    std::vector<std::string> equal, containing;
    for (const std::string& value : column.values) {
      if (to_lower(value) == small) equal.push_back(value);
      if (to_lower(value).find(small) != std::string::npos) containing.push_back(value);
    }
    const auto& meant = equal.empty() ? containing : equal;
    if (meant.empty() || (equal.empty() && meant.size() > 1)) {
      constexpr std::size_t kMostShown = 12;
      std::vector<std::string> shown(column.values.begin(), column.values.end());
      if (shown.size() > kMostShown) {
        shown.resize(kMostShown);
        shown.emplace_back("...");
      }
      return Error{fmt::format("--where {}={}: {}; {} is one of {}", column.name, wanted,
                               meant.empty() ? "no row has it" : "this means several", column.name,
                               fmt::join(shown, ", "))};
    }
    column.meant.insert(meant.begin(), meant.end());
  }
  return {};
}

Result<TradeoffWhere> TradeoffWhere::read(const std::vector<std::string>& conditions,
                                          CsvReader& csv, const FindColumn& find) {
  TradeoffWhere where;
  if (Status status = where.parse(conditions); !status) return status.error();
  if (where.columns_.empty()) return where;
  if (Status status = where.use(csv, find); !status) return status.error();
  LineReader::Step step = LineReader::Step::kLine;
  while ((step = csv.next()) == LineReader::Step::kLine) {
    if (csv.row().size() != csv.header().size()) continue;  // is told when the rows are read
    for (OfColumn& column : where.columns_) {
      const std::string_view text = column.column.front().text();
      if (!column.values.contains(text)) column.values.emplace(text);
    }
  }
  if (step == LineReader::Step::kError) return csv.error();
  for (OfColumn& column : where.columns_) {
    if (Status status = resolve(column); !status) return status.error();
  }
  return where;
}

Status TradeoffWhere::use(const CsvReader& csv, const FindColumn& find) {
  for (OfColumn& column : columns_) {
    auto found = find(csv, column.name);
    if (!found) return found.error();
    column.column.assign(1, std::move(found).value());
  }
  return {};
}

bool TradeoffWhere::holds() {
  return std::all_of(columns_.begin(), columns_.end(), [](OfColumn& column) {
    return column.meant.contains(column.column.front().text());
  });
}

}  // namespace joulecast::cli
