// One line of an MLPerf log: ":::MLLOG {json}", perhaps after a rank's prefix "3: ".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace joulecast::readers {

struct MlEvent {
  std::uint64_t line = 0;
  double time_ms = 0.0;
  std::string key;
  std::optional<double> value;          ///< Where it is a number.
  std::optional<double> epoch_num;      ///< From the metadata.
  std::optional<double> samples_count;  ///< From the metadata.
  std::optional<std::int64_t> rank;     ///< From the prefix that srun -l writes.
};

/// Whether the line is meant to be an event.
bool is_mllog_line(std::string_view line);

/// The event of such a line; no value where the JSON is broken or lacks a time or a key.
std::optional<MlEvent> parse_mllog(std::string_view line, std::uint64_t line_number);

}  // namespace joulecast::readers
