// Tables of measured trainings as observations.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// Rows that grouped folds can split by: every column as text beside what was understood of it.
struct Table {
  std::vector<Observation> observations;
  /// [observation] What counts as one network in grouped folds; a mapping's "architecture", else
  /// the network.
  std::vector<std::string> architectures;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> cells;  ///< [observation][column]
  std::vector<std::string> notes;               ///< What was left out and why, for the user.
};

/// Reads a CSV (plain or gzip). `mapping` is a TOML file that says which column is what, in which
/// unit, and what holds for all rows (docs/estimator-data.md), or the name of a built-in one;
/// empty: recognised by the header among the built-in ones (data/sources/*.toml: delrey2025, zeus,
/// ...). Errors are one line: file:line:column, what, how to mend it.
Result<Table> read_table(const std::filesystem::path& file,
                         const std::filesystem::path& mapping = {});

/// Where a row is from, for errors: "runs.csv:3", or "store row 3".
std::string place_of(const Observation& observation);

/// Appends the rows of `more`; columns that only one of them has are empty in the other's rows.
void append(Table& table, Table more);

/// The built-in mappings, each with one line about it.
struct SourceName {
  std::string name, about;
};
std::vector<SourceName> source_names();

}  // namespace joulecast::pre
