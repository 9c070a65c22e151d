// How readers write down what they did not use as it stood.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "joulecast/base/result.h"
#include "joulecast/readers/reader.h"

namespace joulecast::readers {

/// So many bad rows are kept with their reason; the others are only counted.
inline constexpr std::size_t kBadRowsKept = 5;

/// Counts a bad row. `why` is a callable that gives the reason as a string; it is called only
/// while reasons are still kept, so that a file full of bad rows costs nothing.
template <typename Why>
void count_bad_row(ReadReport& report, std::uint64_t line, std::size_t column, Why&& why) {
  ++report.bad_rows;
  if (report.first_bad_rows.size() < kBadRowsKept) {
    report.first_bad_rows.push_back({line, column, std::string(std::forward<Why>(why)())});
  }
}

/// The rule for every format with samples: a recording without rows, without a good row, or with
/// more bad rows than good ones is an Error that quotes the first bad row.
Status check_usable(const ReadReport& report, const std::string& file);

}  // namespace joulecast::readers
