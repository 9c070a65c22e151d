// The reader behind read_epoch_log(), for lines from anywhere.
#pragma once

#include <string>

#include "base/line_reader.h"
#include "joulecast/readers/epoch_log.h"

namespace joulecast::readers {

/// As read_epoch_log().
Result<EpochLog> read_epoch_log_lines(LineReader& lines, const std::string& pattern);

}  // namespace joulecast::readers
