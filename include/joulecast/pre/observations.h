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

/// What an estimator must know of a row to use it.
enum class RowNeeds {
  kNothing,  ///< Rows are only read.
  kFlops,    ///< The GPU, and the network's recorded FLOPs or its graph.
  kGraph,    ///< The GPU, the network's graph, and samples for a step at least.
};

/// Of an estimator's name (make_estimator).
RowNeeds needs_of(std::string_view estimator);

/// Rows that grouped folds can split by: every column as text beside what was understood of it.
struct Table {
  std::vector<Observation> observations;
  /// [observation] What counts as one network in grouped folds; a mapping's "architecture", else
  /// the network without its framework and width (network::architecture_of).
  std::vector<std::string> architectures;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> cells;  ///< [observation][column]
  /// What was left out and why, and what was assumed of rows that do not say it.
  std::vector<std::string> notes;
  /// What looks like a slip in the user's own table: place, and the nearest names. For the screen.
  std::vector<std::string> warnings;
};

/// Reads a CSV (plain or gzip). `mapping` is a TOML file that says which column is what, in which
/// unit, and what holds for all rows (docs/estimator-data.md), or the name of a built-in one;
/// empty: recognised by the header among the built-in ones (data/sources/*.toml: delrey2025, zeus,
/// ...). Rows that lack what `needs` asks for are left out, as by leave_out_unusable(). Errors are
/// one line: file:line:column, what, how to mend it; also that no row remains.
Result<Table> read_table(const std::filesystem::path& file,
                         const std::filesystem::path& mapping = {},
                         RowNeeds needs = RowNeeds::kNothing);

/// Leaves out the rows that an estimator with these needs cannot use; the notes say how many and
/// why. `name`: the table's, in the notes. `own`: its user wrote it, so that an unknown network or
/// GPU may be a slip: the warnings name its place.
void leave_out_unusable(Table& table, RowNeeds needs, std::string_view name, bool own);

/// Where a row is from, for errors: "runs.csv:3", or "store row 3".
std::string place_of(const Observation& observation);

/// Appends the rows, notes and warnings of `more`; columns that only one of them has are empty in
/// the other's rows.
void append(Table& table, Table more);

/// The built-in mappings, each with one line about it.
struct SourceName {
  std::string name, about;
};
std::vector<SourceName> source_names();

}  // namespace joulecast::pre
