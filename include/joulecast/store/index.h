// The runs of a store, found quickly. The folders are the truth, the index can be thrown away.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/store/record.h"

namespace joulecast::store {

/// A line of `joulecast list`.
struct RunSummary {
  std::string id;
  std::filesystem::path folder;
  RunState state = RunState::kEnded;
  double start_unix_s = 0.0;
  double duration_s = 0.0;
  /// Absent where nothing was measured, or next to nothing of the run's time.
  std::optional<Joules> energy;
  double uncovered_s = 0.0;           ///< What the energy lacks: of the device seen least.
  Origin origin = Origin::kReported;  ///< The worst of the energy's origins.
  std::size_t epochs = 0;
  std::optional<double> planned_epochs;
  std::optional<int> exit_code, signal;
  std::string host, title, command;
  std::vector<std::string> tags;
};

struct ListFilter {
  std::string tag, host, text;  ///< Empty: any. `text`: in title or command.
  std::optional<double> since_unix_s;
  std::optional<RunState> state;
  std::size_t most = 0;  ///< The newest so many; 0: all.
};

/// The index of one store, brought up to date as it is opened: new folders are read, gone ones
/// forgotten, runs whose writer died are marked interrupted. A missing, locked, corrupted or
/// unwritable index is no error: it is rebuilt, or the folders are read directly and `notes()` says
/// so. WAL only on a local file system. Not thread-safe; several processes may use one store.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& store);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Newest first.
  std::vector<RunSummary> list(const ListFilter& filter = {}) const;
  /// A run's folder by id, by the beginning of an id (if only one run has it), by "last" or
  /// "last~2", or by path. Errors: none or several, with the nearest ones.
  Result<std::filesystem::path> find(const std::string& name) const;
  /// Deletes the folder. Errors: it is being written.
  Status remove(const std::filesystem::path& folder);
  /// Adds ("exp1") or takes off ("-exp1") tags.
  Status tag(const std::filesystem::path& folder, const std::vector<std::string>& tags);
  /// Forgets everything and reads all folders again. `progress` may be empty; fraction 0 to 1.
  Status rebuild(const std::function<void(double)>& progress = {});
  const std::vector<std::string>& notes() const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::store
