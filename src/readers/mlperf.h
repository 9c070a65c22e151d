// `mlperf`: an MLPerf Training log with the node power logs beside it, or a power log alone.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "readers/format.h"

namespace joulecast::readers {

bool recognises_mlperf(std::string_view head);
/// Whether an MLPerf log with this beginning holds powers, not a training.
bool is_power_log(std::string_view head);
Status read_mlperf(Input& input, ReadContext& context);

/// A power log, open, and the device that its powers are of.
struct PowerLog {
  LineReader lines;
  Device device;
};
/// The reader behind read_mlperf, for logs from anywhere.
Status read_mlperf_logs(LineReader training, std::vector<PowerLog> powers, ReadContext& context);

/// The power logs that belong to the training log `path`, by name: X.node_power.log to X.log.
std::vector<std::filesystem::path> power_logs_beside(const std::filesystem::path& path);

}  // namespace joulecast::readers
