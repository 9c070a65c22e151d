#include "joulecast/readers/reader.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "readers/format.h"
#include "readers/recognise.h"

namespace joulecast::readers {

Result<ReadReport> read_run(const std::filesystem::path& path, const ReadOptions& options,
                            RunSink& sink) {
  if (options.interval_s && !(std::isfinite(*options.interval_s) && *options.interval_s > 0.0)) {
    return Error{
        fmt::format("--sampling-interval {}: the sampling interval must be above zero seconds",
                    *options.interval_s)};
  }
  auto recording = open_recording(path, options.format);
  if (!recording) return recording.error();
  ReadReport report;
  report.format = recording->format->info.name;
  ReadContext context{.options = options, .sink = sink, .report = report};
  if (Status status = recording->format->read(recording->input, context); !status) {
    return status.error();
  }
  return report;
}

Result<LoadedRun> load_run(const std::filesystem::path& path, const ReadOptions& options) {
  RunCollector collector;
  auto report = read_run(path, options, collector);
  if (!report) return report.error();
  LoadedRun loaded{.run = collector.take(), .report = std::move(*report)};
  loaded.run.plan = loaded.report.plan;
  loaded.run.start_unix_s = loaded.report.start_unix_s;
  return loaded;
}

std::span<const FormatInfo> formats() {
  static const std::vector<FormatInfo> infos = [] {
    std::vector<FormatInfo> list;
    for (const Format& format : format_table()) list.push_back(format.info);
    return list;
  }();
  return infos;
}

}  // namespace joulecast::readers
