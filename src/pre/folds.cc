#include "pre/folds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "base/text.h"
#include "pre/table_groups.h"

namespace joulecast::pre {
namespace {

constexpr std::size_t kFolds = 5;
constexpr std::size_t kLeastRows = 20;

const char* quantity(Target target) {
  switch (target) {
    case Target::kPower:
      return "a power";
    case Target::kEpochEnergy:
      return "an epoch energy";
    case Target::kStableEpochEnergy:
      return "a stable-epoch energy";
    case Target::kTime:
      return "a time";
  }
  return "";
}

Result<Rows> rows_with_target(const Table& table, Target target) {
  Rows rows;
  for (std::size_t i = 0; i < table.observations.size(); ++i) {
    if (value_of(table.observations[i], target)) rows.push_back(i);
  }
  if (rows.size() < kLeastRows) {
    return Error{fmt::format("{} rows have {}: too few to judge an estimator by, it needs {}",
                             rows.size(), quantity(target), kLeastRows)};
  }
  return rows;
}

Status check_meters(const Table& table, const Rows& rows, const ValidateOptions& options) {
  if (options.mixed_meters || options.target == Target::kTime) return {};
  std::set<std::string> meters;
  for (const std::size_t row : rows) {
    const std::string& meter = table.observations[row].meter;
    meters.insert(meter.empty() ? "not said" : meter);
  }
  if (meters.size() < 2) return {};
  return Error{fmt::format(
      "the rows come from several meters ({}), which read 0.65 to 1.17 times a wall plug: choose "
      "one, or say --mixed-meters",
      fmt::join(meters, ", "))};
}

Result<std::vector<Fold>> split(const Table& table, const Rows& rows,
                                const ValidateOptions& options) {
  const auto train = rows_where(table, options.train);
  if (!train) return train.error();
  const auto test = rows_where(table, options.test);
  if (!test) return test.error();
  const bool train_said = !options.train.empty(), test_said = !options.test.empty();
  Fold fold{.group = test_said ? fmt::format("{}", fmt::join(options.test, ", "))
                               : fmt::format("not {}", fmt::join(options.train, ", ")),
            .train = {},
            .test = {}};
  for (const std::size_t row : rows) {
    const bool in_train = train_said ? (*train)[row] : !(*test)[row];
    const bool in_test = test_said ? (*test)[row] : !(*train)[row];
    if (in_train && in_test) {
      return Error{fmt::format("{}: this row is in both --train and --test",
                               place_of(table.observations[row]))};
    }
    if (in_train) fold.train.push_back(row);
    if (in_test) fold.test.push_back(row);
  }
  if (fold.train.empty() || fold.test.empty()) {
    return Error{fmt::format("--{} leaves no row with {}", fold.train.empty() ? "train" : "test",
                             quantity(options.target))};
  }
  return std::vector<Fold>{std::move(fold)};
}

Result<std::vector<Fold>> leave_one_out(const Table& table, const Rows& rows,
                                        const std::vector<std::string>& names) {
  const auto groups = groups_of(table, names);
  if (!groups) return groups.error();
  std::map<std::string, Rows> members;
  for (const std::size_t row : rows) members[(*groups)[row]].push_back(row);
  if (members.size() < 2) {
    return Error{fmt::format("all rows are of one {} ({}): nothing can be held out",
                             fmt::join(names, ", "), quoted(members.begin()->first))};
  }
  std::vector<Fold> folds;
  for (auto& [group, test] : members) {
    Fold fold{.group = group, .train = {}, .test = std::move(test)};
    for (const std::size_t row : rows) {
      if ((*groups)[row] != group) fold.train.push_back(row);
    }
    folds.push_back(std::move(fold));
  }
  return folds;
}

}  // namespace

std::vector<Fold> contiguous_folds(const Rows& rows, std::size_t count) {
  std::vector<Fold> folds;
  auto begin = rows.begin();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = rows.size() / count + (i < rows.size() % count ? 1 : 0);
    const auto end = begin + static_cast<std::ptrdiff_t>(size);
    Fold fold{.group = fmt::format("fold {}", i + 1),
              .train = Rows(rows.begin(), begin),
              .test = Rows(begin, end)};
    fold.train.insert(fold.train.end(), end, rows.end());
    folds.push_back(std::move(fold));
    begin = end;
  }
  return folds;
}

Result<std::vector<Fold>> make_folds(const Table& table, const ValidateOptions& options) {
  const auto rows = rows_with_target(table, options.target);
  if (!rows) return rows.error();
  if (Status status = check_meters(table, *rows, options); !status) return status.error();
  if (!options.train.empty() || !options.test.empty()) return split(table, *rows, options);
  if (options.groups.empty() || options.groups.front() == "none") {
    return contiguous_folds(*rows, kFolds);
  }
  return leave_one_out(table, *rows, options.groups);
}

}  // namespace joulecast::pre
