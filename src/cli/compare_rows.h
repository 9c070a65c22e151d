// A table of trainings that is too large to fit estimators on: its rows under the formulas alone,
// row by row.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/compare_runs.h"

namespace joulecast::cli {

/// More rows than this are not fitted on: kernel methods take time with the cube of them.
inline constexpr std::size_t kMostFittedRows = 20000;

/// How many rows the tables have together; stops counting beyond kMostFittedRows.
Result<std::size_t> rows_of(const std::vector<std::string>& files);

/// Some tens of bytes a row and method. `groups` as for analysis::compare_table, of which
/// "configuration" is the set-up's columns joined. Errors: file:line:column.
Result<ComparedRuns> compare_rows(const std::vector<std::string>& files, const std::string& columns,
                                  const std::string& groups);

}  // namespace joulecast::cli
