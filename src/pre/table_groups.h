// Columns and groups of a table's rows, by the names that a user gives.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/pre/observations.h"

namespace joulecast::pre {

/// [row] The text of "configuration", "architecture", "gpu", a column, or "source", "meter",
/// "network", "dataset", "host", "framework". The error names the nearest.
Result<std::vector<std::string>> column_of(const Table& table, std::string_view name);

/// [row] The texts of several columns, joined.
Result<std::vector<std::string>> groups_of(const Table& table, std::span<const std::string> names);

/// [row] Whether it fits "column=value" conditions: of one column any value, and every column.
/// Letter case does not count; where nothing equals the value, one text that contains it does
/// ("gpu=V100" means "V100 PCIe"). Errors: no "=", no such column, no such value, several texts.
Result<std::vector<bool>> rows_where(const Table& table, std::span<const std::string> conditions);

}  // namespace joulecast::pre
