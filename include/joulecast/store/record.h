// What is known of a measured run: the record that a run folder holds. The entry of this room.
//
// Times are seconds since the run's start, as everywhere; start_unix_s ties them to the calendar.
// docs/store.md describes the folder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/measured.h"
#include "joulecast/run/run.h"

namespace joulecast::store {

/// What is known when a run begins. Strings may come from anywhere: the writer redacts `command`
/// and `environment` (redact.h) whatever the caller did.
struct RunStart {
  double start_unix_s = 0.0;
  std::string joulecast_version;
  std::vector<std::string> command;
  std::string working_folder;
  std::string host;
  int pid = 0;  ///< Of joulecast.
  std::string boot_id;
  std::string os, kernel, cpu;
  int cpu_threads = 0;
  Bytes ram;
  std::string git_commit;  ///< Empty outside a repository; "+" at its end: files were changed.
  std::string git_remote;  ///< Without credentials.
  /// Of the allow-list: SLURM_*, RANK, WORLD_SIZE, LOCAL_RANK, CUDA_VISIBLE_DEVICES,
  /// OMP_NUM_THREADS...
  std::map<std::string, std::string> environment;
  std::string title;  ///< Given by the user; may be empty.
  std::vector<std::string> tags;
  /// What was said of the training beforehand, in the words of a plan file (pre/settings.h).
  std::map<std::string, std::string> set_up;
  bool probe = false;  ///< A training that was only begun, to learn from: its total is no outcome.
  /// Where a part of a larger job: which process of how many.
  std::optional<int> rank, ranks;
};

/// A device and how well its meter is known.
struct RecordedDevice {
  Device device;
  double gain_error = 0.0;  ///< Relative, 95 %.
};

/// One block of work, measured.
struct EpochRecord {
  Epoch epoch;  ///< With its energy: the sum over the devices. Absent where nothing was measured.
  std::vector<MeasuredEnergy> devices;  ///< In the order of the run's devices; may be empty.
};

/// A stretch that the user named (a window); they may nest and overlap.
struct WindowRecord {
  std::string name;
  double start_s = 0.0, end_s = 0.0;
  std::vector<MeasuredEnergy> devices;
};

struct TimedNote {
  double time_s = 0.0;
  std::string text;  ///< One line.
};

struct TimedForecast {
  double time_s = 0.0;
  Forecast forecast;
};

/// What energy means outside the meter: carbon and money, and where the factors come from.
struct FootprintRecord {
  double pue = 1.0;
  std::string pue_source;
  double intensity_g_per_kwh = 0.0;
  std::string intensity_source;
  double grams_co2e = 0.0;
  std::optional<double> price_per_kwh, cost;
  std::string currency;
};

/// How a run ended.
struct RunEnd {
  double end_s = 0.0;
  std::optional<int> exit_code;         ///< Of the command, where it exited;
  std::optional<int> signal;            ///< or the signal that ended it.
  std::vector<MeasuredEnergy> devices;  ///< The whole run, in the order of its devices.
  std::optional<FootprintRecord> footprint;
};

enum class RunState {
  kRunning,  ///< Its writer is alive; elsewhere: has given a sign within five minutes.
  kEnded,
  kInterrupted,  ///< The writer was killed or the machine went down: all up to then is there.
};
const char* to_string(RunState state);  ///< "running", "ended", "interrupted"

/// Everything but the samples.
struct RunRecord {
  std::string id;  ///< The folder's name.
  RunState state = RunState::kEnded;
  RunStart start;
  Plan plan;
  std::map<std::string, std::string> software;  ///< "driver" → "550.54", "torch" → "2.1.0".
  std::vector<RecordedDevice> devices;
  std::optional<Forecast> estimate;  ///< The one made before the training began.
  std::vector<EpochRecord> epochs;
  std::vector<WindowRecord> windows;
  std::vector<TimedForecast> forecasts;
  std::vector<TimedNote> notes;  ///< What was missing, what went wrong, what the user marked.
  std::optional<RunEnd> end;
  double last_s = 0.0;  ///< Time of the last thing known.
};

}  // namespace joulecast::store
