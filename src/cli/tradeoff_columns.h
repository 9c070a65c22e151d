// Columns of a table by the names that a user gives, read row by row: a table of a million rows is
// never held as text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "pre/mapping.h"

namespace joulecast::cli {

/// The `where` of a mapping's rule, against a table.
class TradeoffCondition {
 public:
  /// `csv` and `where` must outlive it. None: no row of this table can fit.
  static std::optional<TradeoffCondition> of(const std::vector<pre::Condition>& where,
                                             const CsvReader& csv);
  /// Whether the current row fits.
  bool holds(const CsvReader& csv) const;

 private:
  struct Part {
    std::size_t index;
    const std::vector<std::string>* any_of;
  };
  std::vector<Part> parts_;  ///< Without those on the table's name, which fit.
};

/// A field of a mapping, or a plain column, in the current row of a table, which has as many
/// cells as the header. Not thread-safe.
class TradeoffColumn {
 public:
  /// `mapping` (may be null) and `csv` must outlive it. None: neither says anything of `field`.
  static std::optional<TradeoffColumn> of_field(const pre::Mapping* mapping, const CsvReader& csv,
                                                std::string_view field);
  static TradeoffColumn of_cell(const CsvReader& csv, std::size_t index);

  /// Empty: not known. Valid until the next call, and until the table moves on.
  std::string_view text();
  /// NaN: not known. Error: no finite number, at its place.
  Result<double> number();
  /// That its latest text is wrong: "runs.csv:2:7: '-3' must be above 0".
  Error error(std::string_view what) const;

 private:
  struct Source {
    TradeoffCondition where;
    const pre::FieldSource* field = nullptr;  ///< Null: the plain cell.
    std::optional<std::size_t> index;         ///< Of its column; none: a text.
  };

  explicit TradeoffColumn(const CsvReader& csv) : csv_(&csv) {}
  void add(const pre::FieldSource& field, TradeoffCondition where);
  std::string_view text_of(const Source& source);

  const CsvReader* csv_;
  std::vector<Source> sources_;  ///< The first that holds and is not empty counts.
  std::size_t last_ = 0;         ///< The source of the latest text.
  std::string made_;
  /// The latest number and its text: sizes are the same in most rows.
  std::string number_text_;
  double number_ = 0.0;
};

}  // namespace joulecast::cli
