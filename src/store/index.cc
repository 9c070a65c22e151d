#include "joulecast/store/index.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "joulecast/store/run_folder.h"
#include "store/index_file.h"
#include "store/sample_log.h"
#include "store/settle.h"
#include "store/summary.h"
#include "store/tags.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNotes = 20;

std::int64_t nanoseconds(const struct timespec& time) {
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  return static_cast<std::int64_t>(time.tv_sec) * kPerSecond + time.tv_nsec;
}

// None where there are no events: no run, or one whose writer is just beginning.
std::optional<FolderStamp> stamp_of(const fs::path& folder) {
  struct stat events {};
  if (::stat((folder / kEventsFile).c_str(), &events) != 0) return std::nullopt;
  FolderStamp stamp{.events_ns = nanoseconds(events.st_mtim), .events_bytes = events.st_size};
  struct stat tags {};
  if (::stat((folder / kTagsFile).c_str(), &tags) == 0) {
    stamp.tags_ns = nanoseconds(tags.st_mtim);
    stamp.tags_bytes = tags.st_size;
  }
  return stamp;
}

// A folder with a file of events, whatever is in it.
bool holds_events(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kEventsFile, ignored);
}

bool newer(const RunSummary& a, const RunSummary& b) {
  return a.start_unix_s != b.start_unix_s ? a.start_unix_s > b.start_unix_s : a.id > b.id;
}

// "last", "last~2": how many before the newest.
std::optional<std::size_t> steps_back(const std::string& name) {
  if (name == "last") return 0;
  if (!name.starts_with("last~")) return std::nullopt;
  const auto steps = parse_integer(std::string_view(name).substr(5));
  return steps && *steps >= 0 ? std::optional(static_cast<std::size_t>(*steps)) : std::nullopt;
}

bool contains(const std::string& text, const std::string& part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

bool passes(const RunSummary& run, const ListFilter& filter) {
  const bool tagged = filter.tag.empty() ||
                      std::find(run.tags.begin(), run.tags.end(), filter.tag) != run.tags.end();
  const bool hosted = filter.host.empty() || run.host == filter.host;
  const bool worded =
      filter.text.empty() || contains(run.title, filter.text) || contains(run.command, filter.text);
  const bool timed = !filter.since_unix_s || run.start_unix_s >= *filter.since_unix_s;
  return tagged && hosted && worded && timed && (!filter.state || run.state == *filter.state);
}

// Whether a run says nothing new before its files change. One that runs elsewhere and has been
// silent too long is open, but taken for interrupted: a sign of life would change its stamp.
bool is_settled(const IndexedRun& run) {
  return !run.open || run.summary.state == RunState::kInterrupted;
}

// What the index holds cannot be used, as opposed to: it cannot be used now.
bool is_damaged(const SQLite::Exception& error) {
  const int code = error.getErrorCode();
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR ||
         code == SQLITE_FORMAT || code == SQLITE_SCHEMA;
}

bool is_locked(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_BUSY || error.getErrorCode() == SQLITE_LOCKED;
}

}  // namespace

struct Store::State {
  fs::path store;
  std::map<std::string, IndexedRun> runs;  ///< By id.
  std::vector<std::string> notes;

  void note(std::string text) {
    if (notes.size() < kMostNotes) notes.push_back(std::move(text));
  }

  /// Brings `runs` up to date with the folders; what changed and what has gone.
  struct Changes {
    std::vector<const IndexedRun*> changed;
    std::vector<std::string> gone;
  };
  Status scan(const std::function<void(double)>& progress, Changes& changes);
  void read(const fs::path& folder, const FolderStamp& stamp, Changes& changes);
  Status refresh(bool anew, const std::function<void(double)>& progress);
  Status with_index(bool anew, const std::function<void(double)>& progress);
};

void Store::State::read(const fs::path& folder, const FolderStamp& stamp, Changes& changes) {
  const std::string id = folder.filename().string();
  auto settled = settle(folder);
  if (!settled) {
    note(settled.error().message);
    return;
  }
  IndexedRun run{.stamp = stamp, .open = !settled->final, .summary = {}};
  // Marking it may have changed the folder.
  if (const auto now = stamp_of(folder); now && settled->final) run.stamp = *now;
  run.summary = summary_of(folder, settled->record);
  auto& kept = runs[id];
  kept = std::move(run);
  changes.changed.push_back(&kept);
}

Status Store::State::scan(const std::function<void(double)>& progress, Changes& changes) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(store, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) continue;
    folders.push_back(entry->path());
  }
  if (error == std::errc::no_such_file_or_directory) error.clear();  // nothing was stored yet
  if (error)
    return Error{fmt::format("{}: cannot list the runs: {}", store.string(), error.message())};
  std::map<std::string, IndexedRun> before;
  before.swap(runs);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (progress) progress(static_cast<double>(i) / static_cast<double>(folders.size()));
    const auto stamp = stamp_of(folders[i]);
    if (!stamp) continue;
    const auto known = before.find(folders[i].filename().string());
    if (known != before.end() && is_settled(known->second) && known->second.stamp == *stamp) {
      runs.insert(before.extract(known));
    } else {
      read(folders[i], *stamp, changes);
    }
  }
  for (const auto& [id, run] : before) {
    if (!runs.contains(id)) changes.gone.push_back(id);
  }
  return {};
}

Status Store::State::with_index(bool anew, const std::function<void(double)>& progress) {
  if (anew) IndexFile::remove(store);
  IndexFile index(store);
  IndexFile::Loaded loaded = index.load();
  runs = std::move(loaded.runs);
  if (!loaded.damaged.empty()) {
    note(
        fmt::format("{} entries of the index were damaged; their runs were read from their folders",
                    loaded.damaged.size()));
  }
  Changes changes;
  changes.gone = std::move(loaded.damaged);
  if (Status status = scan(progress, changes); !status) return status;
  try {
    index.save(changes.changed, changes.gone);
  } catch (const SQLite::Exception& error) {
    // All is known; only the next time is slower.
    if (!is_locked(error)) throw;
  }
  return {};
}

// The index may be whatever it likes: in the end the folders are read.
Status Store::State::refresh(bool anew, const std::function<void(double)>& progress) {
  std::error_code ignored;
  if (!fs::exists(store, ignored)) return {};
  try {
    return with_index(anew, progress);
  } catch (const SQLite::Exception& error) {
    if (is_damaged(error) && !anew) {
      note("the index was damaged and has been made anew");
      return refresh(true, progress);
    }
    note(is_locked(error) ? std::string("the index is in use by another process; the runs were "
                                        "read from their folders")
                          : fmt::format("the index cannot be used ({}); the runs were read from "
                                        "their folders",
                                        error.what()));
  }
  runs.clear();
  Changes changes;
  return scan(progress, changes);
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const fs::path& store) {
  std::error_code error;
  if (fs::exists(store, error) && !fs::is_directory(store, error)) {
    return Error{fmt::format("{}: this is a file; a store of runs is a folder", store.string())};
  }
  auto state = std::make_unique<State>();
  state->store = store;
  if (Status status = state->refresh(false, {}); !status) return status.error();
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

std::vector<RunSummary> Store::list(const ListFilter& filter) const {
  std::vector<RunSummary> found;
  for (const auto& [id, run] : state_->runs) {
    if (passes(run.summary, filter)) found.push_back(run.summary);
  }
  std::sort(found.begin(), found.end(), newer);
  if (filter.most > 0 && found.size() > filter.most) found.resize(filter.most);
  return found;
}

Result<fs::path> Store::find(const std::string& name) const {
  if (const auto back = steps_back(name)) {
    const auto runs = list(
        {.tag = {}, .host = {}, .text = {}, .since_unix_s = {}, .state = {}, .most = *back + 1});
    if (runs.size() > *back) return runs[*back].folder;
    return Error{
        fmt::format("{}: there are only {} runs in {}", name, runs.size(), state_->store.string())};
  }
  if (const auto exact = state_->runs.find(name); exact != state_->runs.end()) {
    return exact->second.summary.folder;
  }
  if (!name.empty() && is_run_folder(name)) return fs::path(name);
  // One that cannot be read is in no list, but can be named.
  if (name.find('/') == std::string::npos && holds_events(state_->store / name)) {
    return state_->store / name;
  }
  std::vector<std::string_view> begun, ids;
  for (const auto& [id, run] : state_->runs) {
    ids.push_back(id);
    if (!name.empty() && id.starts_with(name)) begun.push_back(id);
  }
  if (begun.size() == 1) return state_->runs.at(std::string(begun.front())).summary.folder;
  if (begun.size() > 1) {
    return Error{fmt::format("{}: {} runs begin so, {} and {} among them; write more of the id",
                             quoted(name), begun.size(), begun[0], begun[1])};
  }
  const auto near = nearest(name, ids);
  return Error{fmt::format("there is no run {} in {}{}; 'joulecast list' shows them", quoted(name),
                           state_->store.string(),
                           near ? fmt::format(" (did you mean {}?)", *near) : "")};
}

namespace {

Status may_remove(const fs::path& store, const fs::path& folder) {
  std::error_code ignored;
  const fs::path normal = fs::absolute(folder / ".", ignored).lexically_normal().parent_path();
  if (fs::is_symlink(normal, ignored)) {
    return Error{
        fmt::format("{}: this is a link, and what it leads to may be elsewhere; nothing was "
                    "deleted",
                    folder.string())};
  }
  // One of the store of which no line is left is a run folder all the same.
  const bool ours = fs::equivalent(normal.parent_path(), store, ignored) && holds_events(normal);
  if (!is_run_folder(folder) && !ours) {
    return Error{fmt::format("{}: this is no run folder; nothing was deleted", folder.string())};
  }
  if (auto foreign = newer_schema(folder)) return *foreign;
  const auto record = read_record(folder);
  if (record && record->state == RunState::kRunning) {
    return Error{fmt::format("{}: the run is being written; stop it first", folder.string())};
  }
  return {};
}

}  // namespace

Status Store::remove(const fs::path& folder) {
  if (Status status = may_remove(state_->store, folder); !status) return status;
  // Only what is ours goes, the events first: from then on it is no run any more.
  std::error_code error;
  for (const char* name : {kEventsFile, kTailFile, kSamplesFile, kTagsFile}) {
    fs::remove(folder / name, error);
    if (error) {
      return Error{fmt::format("{}: cannot delete {}: {}", folder.string(), name, error.message())};
    }
  }
  state_->runs.erase(fs::absolute(folder).lexically_normal().filename().string());
  fs::remove(folder, error);
  if (error) {
    return Error{fmt::format("{}: the run is deleted, but the folder holds other files and stays",
                             folder.string())};
  }
  return {};
}

Status Store::tag(const fs::path& folder, const std::vector<std::string>& tags) {
  if (Status status = append_tags(folder, tags); !status) return status;
  const auto known = state_->runs.find(folder.filename().string());
  if (known != state_->runs.end() && known->second.summary.folder == folder) {
    auto record = read_record(folder);
    if (record) known->second.summary.tags = std::move(record->start.tags);
  }
  return {};
}

Status Store::rebuild(const std::function<void(double)>& progress) {
  state_->runs.clear();
  state_->notes.clear();
  return state_->refresh(true, progress);
}

const std::vector<std::string>& Store::notes() const { return state_->notes; }

}  // namespace joulecast::store
