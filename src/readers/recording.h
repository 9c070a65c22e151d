// `joulecast`: a recording folder, joulecast's own normalised form (docs/formats.md).
#pragma once

#include <optional>
#include <string_view>

#include "base/line_reader.h"
#include "readers/format.h"

namespace joulecast::readers {

inline constexpr std::string_view kRecordingSchema = "joulecast.recording/1";

bool recognises_recording(std::string_view head);
/// `input` is the folder's run.json.
Status read_recording(Input& input, ReadContext& context);

/// The reader behind it, for parts from anywhere. Either part may be missing, but not both.
Status read_recording_parts(LineReader& run_json, std::optional<LineReader> epochs,
                            std::optional<LineReader> samples, ReadContext& context);

}  // namespace joulecast::readers
