// Which column of a table is what: the TOML files of docs/estimator-data.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::pre {

/// Where a field's text comes from: a column, or a text with {columns} in it.
struct FieldSource {
  std::string column;
  std::string text;                           ///< Used where `column` is empty.
  std::map<std::string, std::string> values;  ///< Cells that mean something else.
  std::optional<double> factor;               ///< Of a number: into the field's own unit.
  bool optional = false;                      ///< The table may lack the column.
  std::string origin;                         ///< "file.toml:12:3", for errors.
};

/// By the field's name: a setting (joulecast/pre/settings.h) or one of extra_fields().
using Fields = std::map<std::string, FieldSource, std::less<>>;

/// A column that holds one of these texts; "file_name": the table's name holds one of them.
struct Condition {
  std::string column;
  std::vector<std::string> any_of;
};

struct When {
  std::vector<Condition> where;
  Fields fields;
};

struct LeaveOut {
  std::vector<Condition> where;
  std::string why;
};

struct Mapping {
  std::string name, about;
  Fields fields;
  std::vector<When> when;  ///< Later ones win over earlier ones, and over `fields`.
  std::vector<LeaveOut> leave_out;

  /// Every column that a table must have for this mapping.
  std::vector<std::string> needed_columns() const;
  /// The same and the optional ones.
  std::vector<std::string> columns() const;
};

inline constexpr std::string_view kFileName = "file_name";

/// What a table says of a training beside its set-up.
enum class FieldKind { kText, kNumber, kEnergy, kPower, kTime };
struct ExtraField {
  std::string_view name;
  FieldKind kind;
};
const std::vector<ExtraField>& extra_fields();

/// The columns that stand as {column} in a text.
std::vector<std::string> columns_in(std::string_view text);

/// `file` is for errors. Errors: file:line:column.
Result<Mapping> parse_mapping(std::string_view toml, const std::string& file);

}  // namespace joulecast::pre
