// One row of a table as an observation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/csv.h"
#include "joulecast/pre/observations.h"
#include "pre/mapping.h"

namespace joulecast::pre {

/// The table's name without its folder: notes are kept in files that others read.
std::string file_of(const CsvReader& csv);

/// A mapping against a table's header. Not thread-safe.
class RowReader {
 public:
  /// `mapping` and `csv` must outlive it. Error: a column that the table lacks.
  static Result<RowReader> open(const Mapping& mapping, const CsvReader& csv);

  struct Row {
    Observation observation;
    std::string architecture;
  };
  /// The current row of `csv`; none: a rule leaves it out, or it holds no measurement.
  Result<std::optional<Row>> read();

  /// Why rows were left out, with how many, in the mapping's order; what was assumed of others.
  std::vector<std::string> notes() const;

 private:
  RowReader(const Mapping& mapping, const CsvReader& csv);

  struct Value {
    std::string text;  ///< In the field's own unit.
    std::string said;  ///< As it stands in the table.
    std::string origin;
  };
  Result<std::optional<Value>> value_of(const FieldSource& source) const;
  std::string_view cell(const std::string& column) const;
  bool holds(const std::vector<Condition>& where) const;
  Status add(const Fields& fields);
  std::string place_of(const FieldSource& source) const;
  Error which_network() const;
  bool leave_out();
  std::string value(std::string_view field, const std::string& otherwise) const;
  Result<std::optional<double>> number(std::string_view field) const;
  Result<SetUp> set_up();
  const std::string& architecture_of(const std::string& network);

  const Mapping& mapping_;
  const CsvReader& csv_;
  std::map<std::string, std::size_t, std::less<>> columns_;  ///< By name in small letters.
  std::string file_name_;
  std::map<std::string, Value, std::less<>> values_;  ///< Of the current row, by field.
  std::vector<std::int64_t> left_out_;                ///< By rule; the last: nothing measured.
  std::int64_t kept_ = 0;
  std::vector<std::string> assumed_;                  ///< Of the current row.
  std::map<std::string, std::int64_t> assumptions_;   ///< In how many rows that are kept.
  std::map<std::string, std::string> architectures_;  ///< By network.
};

}  // namespace joulecast::pre
