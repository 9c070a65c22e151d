// A command run and measured from its first to its last moment.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/live/child.h"
#include "joulecast/live/engine.h"
#include "joulecast/measure/sources.h"

namespace joulecast::live {

/// A recording in place of the machine's sensors, and where there is no command in place of the
/// training too: its epochs are the marks.
struct ReplayWish {
  std::filesystem::path run;
  double speed = 1.0;     ///< > 0; other than 1 only without a command.
  bool counters = false;  ///< As energy counters that move every 100 ms.
  std::string faults;     ///< measure::parse_faults()
};

struct SessionOptions {
  std::vector<std::string> command;  ///< May be empty with a replay.
  EngineOptions engine;
  OnExceed on_exceed = OnExceed::kWarn;
  measure::SourceOptions sources;
  std::optional<ReplayWish> replay;
  Seconds interval{0.1};            ///< Of the recorded trace.
  std::string epoch_pattern;        ///< live::OutputWatch; empty: marks only.
  std::filesystem::path epoch_log;  ///< Watch this file instead of the command's own output.
  bool record = true;
  std::filesystem::path store;  ///< Where runs are kept; empty: store::default_store().
  std::string title;
  std::vector<std::string> tags;
  std::map<std::string, std::string> set_up;  ///< Of store::RunStart, as the two that follow.
  bool probe = false;
  std::optional<Forecast> estimate;  ///< What was expected before the training began.
  std::string version;               ///< Of joulecast, for the record.
};

/// What the session tells while it runs, always on the calling thread. Any may be empty.
struct SessionHooks {
  std::function<void(const Snapshot&)> snapshot;  ///< A few times a second.
  std::function<void(const std::string&)> message;
  /// Whether the command shall be asked to end (SIGTERM), and why; empty: it goes on. Asked a few
  /// times a second until it says so.
  std::function<std::string(const Snapshot&)> end_it;
  std::function<void()> about_to_stop;  ///< The process is about to be stopped (SIGTSTP).
  std::function<void()> continued;      ///< It goes on.
  std::function<void()> resized;        ///< The terminal's size has changed.
};

struct SessionEnd {
  ChildEnd child;  ///< Of a replay without a command: exit code 0.
  RunSummary summary;
  std::filesystem::path folder;  ///< Of the record; empty where none could be kept.
};

/// Why a session did not begin.
struct SessionError {
  Error error;
  /// As a shell gives it where the command could not be run (126, 127); absent: bad options.
  std::optional<int> exit_code;
};

/// Runs the command to its end. Whatever fails in measuring or recording is told by `message` and
/// in the record, and the command goes on. One session per process; call it from the main thread,
/// before other threads are started.
std::optional<SessionError> run_session(const SessionOptions& options, const SessionHooks& hooks,
                                        SessionEnd& end);

}  // namespace joulecast::live
