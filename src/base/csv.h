// Comma-separated tables with a header line, streamed; every complaint says file:line:column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/line_reader.h"

namespace joulecast {

/// A field of the current row.
struct CsvField {
  std::string_view text;   ///< Without blanks around it and without quotes.
  std::size_t column = 0;  ///< Where it starts in the line, from 1.
};

/// Splits one line at commas (RFC 4180 quotes; no line breaks inside a field). Views point into
/// `line`, or into `unquoted` for fields with doubled quotes. False: a quote is not closed, and
/// the last field's column says where it began.
bool split_csv(std::string_view line, std::vector<CsvField>& fields,
               std::vector<std::string>& unquoted);

/// A header, then rows. Blank lines are passed over. Not thread-safe.
class CsvReader {
 public:
  /// Reads the header line. Errors: no line at all, or a quote that is not closed.
  static Result<CsvReader> open(LineReader lines);

  const std::vector<std::string>& header() const { return header_; }
  /// The index of a column by name (upper or lower case), if it is there.
  std::optional<std::size_t> column(std::string_view name) const;
  /// The same, or an Error that names the columns that are there and the nearest one.
  Result<std::size_t> need_column(std::string_view name) const;

  LineReader::Step next();
  /// The fields of the current row; as many as the row has, which may differ from the header.
  const std::vector<CsvField>& row() const { return fields_; }
  /// Whether the row has the header's number of fields and its line was ended by a newline.
  bool complete() const { return fields_.size() == header_.size() && lines_.complete(); }
  /// A field as a finite number, or an Error at its place. Precondition: index < row().size().
  Result<double> number(std::size_t index) const;

  const LineReader& lines() const { return lines_; }
  const Error& error() const { return error_; }
  Error error_at(const CsvField& field, std::string_view what) const {
    return lines_.error_at(field.column, what);
  }

 private:
  explicit CsvReader(LineReader lines) : lines_(std::move(lines)) {}

  LineReader lines_;
  std::vector<std::string> header_;
  std::vector<CsvField> fields_;
  std::vector<std::string> unquoted_;
  Error error_;
};

}  // namespace joulecast
