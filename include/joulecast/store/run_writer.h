// Writes a run folder while the run goes on.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/store/record.h"

namespace joulecast::store {

/// $XDG_DATA_HOME/joulecast/runs, or ~/.local/share/joulecast/runs; an Error where neither is
/// known.
Result<std::filesystem::path> default_store();

/// One run, one folder, one writer. Everything is appended; flush() makes it safe against SIGKILL
/// (and, about every second, against power loss). When the disk is full or the folder has gone, the
/// writer keeps the events (up to 8 MB) and the last one to two minutes of samples, tries again at
/// each flush, and says in a note what is missing. It never throws and never blocks on purpose, but
/// a disk can make flush() wait: call it where that does no harm. The process must ignore SIGXFSZ.
/// Not thread-safe.
class RunWriter {
 public:
  /// Makes a folder of its own under `store` (made if missing, 0700; files are 0600), named by
  /// time, host and process, so that ranks and hosts on one network home never meet. Errors:
  /// nothing can be written there.
  static Result<std::unique_ptr<RunWriter>> create(const std::filesystem::path& store,
                                                   const RunStart& start);
  /// Without finish() the run counts as interrupted.
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  const std::filesystem::path& folder() const;

  /// Before the first sample(): what is measured.
  void devices(const std::vector<RecordedDevice>& devices);
  void software(const std::map<std::string, std::string>& versions);
  void plan(const Plan& plan, double time_s);
  void estimate(const Forecast& forecast);
  void epoch(const EpochRecord& epoch);
  void window(const WindowRecord& window);
  void forecast(const Forecast& forecast, double time_s);
  void note(const std::string& text, double time_s);
  /// A row of the trace: mean watts of every device over the interval around `time_s`, NaN where
  /// unknown; later than the row before. Kept to the microsecond and the milliwatt. Rows that are
  /// none are counted and told in a note. Does not allocate while there is room in the buffer.
  void sample(double time_s, std::span<const float> power_w);

  /// What is pending goes to the disk. Of failures in a row only the first is told: once an
  /// outage, not once a second.
  Status flush();
  /// Ends the run, flushes, syncs. Errors: not all of it could be written; may be called again.
  Status finish(const RunEnd& end);

 private:
  struct State;
  explicit RunWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::store
