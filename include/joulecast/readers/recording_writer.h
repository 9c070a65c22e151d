// Writes a run as a recording folder: joulecast's own normalised form (docs/formats.md), which
// read_run() reads back as the same run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/readers/reader.h"
#include "joulecast/run/run_sink.h"

namespace joulecast::readers {

/// Takes a run's events and writes them to disk as they come, in bounded memory. They go into a
/// hidden folder beside the target, which gets its name only when all is written: the target is
/// complete or not there. Not thread-safe.
class RecordingWriter : public RunSink {
 public:
  /// Errors: the target exists already, or nothing can be written beside it.
  static Result<std::unique_ptr<RecordingWriter>> create(const std::filesystem::path& target,
                                                         std::string title = {});
  /// Without finish() nothing stays on disk.
  ~RecordingWriter() override;
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  void device(const Device& device) override;
  void epoch(const Epoch& epoch) override;
  void sample(std::size_t device, double time_s, double power_w) override;

  /// Completes the folder; of the report, the plan and the start are kept. An error that came up
  /// while writing is reported here, and then nothing stays on disk. Call once, after the last
  /// event.
  Status finish(const ReadReport& report);

 private:
  class Files;
  explicit RecordingWriter(std::unique_ptr<Files> files);

  std::unique_ptr<Files> files_;
};

}  // namespace joulecast::readers
