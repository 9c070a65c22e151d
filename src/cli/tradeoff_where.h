// --where column=value, against a table that is read twice: values first, then rows.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/tradeoff_columns.h"

namespace joulecast::cli {

/// Conditions on one column are alternatives; of several columns all must hold. Not thread-safe.
class TradeoffWhere {
 public:
  /// Finds a column by its name.
  using FindColumn = std::function<Result<TradeoffColumn>(const CsvReader& csv, std::string_view)>;

  /// Reads all of `csv` for the values that there are. Letter case does not count; where nothing
  /// equals the value, one text that contains it does ("gpu=3090"). Errors: no "=", no such column,
  /// no such value, several.
  static Result<TradeoffWhere> read(const std::vector<std::string>& conditions, CsvReader& csv,
                                    const FindColumn& find);

  /// Turns to another reader of the same table.
  Status use(const CsvReader& csv, const FindColumn& find);
  bool holds();

 private:
  struct OfColumn {
    std::string name;
    std::vector<std::string> wanted;
    std::vector<TradeoffColumn> column;  ///< One.
    std::set<std::string, std::less<>> values, meant;
  };
  Status parse(const std::vector<std::string>& conditions);
  static Status resolve(OfColumn& column);

  std::vector<OfColumn> columns_;
};

}  // namespace joulecast::cli
