// Helpers for JSON output. Every document carries "schema": "joulecast.<what>/<version>" and has
// its schema in docs/schema/; what is not known is null.
#pragma once

#include <string>
#include <vector>

#include "joulecast/readers/reader.h"
#include "joulecast/run/integrate.h"
#include "store/json_forms.h"

namespace joulecast::report {

using store::device_json;
using store::Json;
using store::json_number;

/// The document as text. Bytes that are not UTF-8 (a file's name in another character set) are
/// replaced.
inline std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// What the reader found: format, counts of samples and of what was wrong, notes.
Json read_report_json(const readers::ReadReport& report, const std::vector<Device>& devices);

/// One line of text per thing that was wrong with the recording; none for a clean one.
std::vector<std::string> read_report_lines(const readers::ReadReport& report);

}  // namespace joulecast::report
