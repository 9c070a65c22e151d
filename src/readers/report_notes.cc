#include "readers/report_notes.h"

#include <fmt/format.h>

namespace joulecast::readers {

Status check_usable(const ReadReport& report, const std::string& file) {
  if (report.rows == 0) {
    return Error{
        fmt::format("{}: there is nothing after the header; record for longer than one "
                    "sampling interval",
                    file)};
  }
  const bool mostly_bad = 2 * report.bad_rows > report.rows;
  if (!mostly_bad && report.samples > 0) return {};
  if (report.first_bad_rows.empty()) {
    return Error{fmt::format("{}: none of the {} rows holds a power", file, report.rows)};
  }
  const BadRow& bad = report.first_bad_rows.front();
  const std::string place =
      bad.column > 0 ? fmt::format("{}:{}", bad.line, bad.column) : fmt::format("{}", bad.line);
  return Error{fmt::format("{}:{}: {}; {} of {} rows are no use, mend or remove them", file, place,
                           bad.why, report.bad_rows, report.rows)};
}

}  // namespace joulecast::readers
