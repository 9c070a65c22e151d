// The lines of events.jsonl: one JSON object each, with a checksum as its last member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "joulecast/store/record.h"
#include "store/json_forms.h"
#include "store/liveness.h"

namespace joulecast::store {

inline constexpr std::string_view kRunSchema = "joulecast.run/1";
inline constexpr std::string_view kSchemaPrefix = "joulecast.run/";

/// The events of a run. Strings in them are redacted by to_line().
Json start_event(const RunStart& start, const Writer& writer);
Json devices_event(const std::vector<RecordedDevice>& devices);
Json software_event(const std::map<std::string, std::string>& versions);
Json plan_event(const Plan& plan, double time_s);
Json estimate_event(const Forecast& forecast);
Json epoch_event(const EpochRecord& epoch);
Json window_event(const WindowRecord& window);
Json forecast_event(const Forecast& forecast, double time_s);
Json note_event(const std::string& text, double time_s);
Json end_event(const RunEnd& end);
Json interrupted_event(double time_s);

/// Without secrets, with its checksum, ended by a newline.
std::string to_line(Json event);
/// A line (without its newline) as an event; none where its checksum does not hold.
std::optional<Json> parse_line(std::string_view line);

}  // namespace joulecast::store
