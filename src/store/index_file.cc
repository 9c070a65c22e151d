#include "store/index_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "store/json_forms.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndexFile = "index.sqlite";
/// Of the table; a file with another one is made anew.
constexpr int kIndexVersion = 2;
constexpr int kBusyMs = 500;
constexpr mode_t kFileMode = 0600;

// SQLite would make the file readable for others.
std::string private_file(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  if (file >= 0) {
    ::fchmod(file, kFileMode);
    ::close(file);
  }
  return path.string();
}

Json summary_json(const RunSummary& run) {
  const auto whole = [](const std::optional<int>& n) { return n ? Json(*n) : Json(nullptr); };
  return {{"state", to_string(run.state)},
          {"start_unix_s", run.start_unix_s},
          {"duration_s", run.duration_s},
          {"energy_j", json_number(run.energy)},
          {"origin", to_string(run.origin)},
          {"uncovered_s", run.uncovered_s},
          {"epochs", run.epochs},
          {"planned_epochs", json_number(run.planned_epochs)},
          {"exit_code", whole(run.exit_code)},
          {"signal", whole(run.signal)},
          {"host", run.host},
          {"title", run.title},
          {"command", run.command},
          {"tags", run.tags}};
}

RunSummary summary_from(const fs::path& store, const std::string& id, const Json& json) {
  RunSummary run;
  run.id = id;
  run.folder = store / id;
  const std::string state = text_in(json, "state");
  for (const RunState each : {RunState::kRunning, RunState::kEnded, RunState::kInterrupted}) {
    if (state == to_string(each)) run.state = each;
  }
  run.start_unix_s = number_in_or(json, "start_unix_s", 0.0);
  run.duration_s = number_in_or(json, "duration_s", 0.0);
  if (const auto energy = number_in(json, "energy_j")) run.energy = Joules(*energy);
  run.origin = origin_in(json, "origin");
  run.uncovered_s = number_in_or(json, "uncovered_s", 0.0);
  run.epochs = static_cast<std::size_t>(std::max(0, integer_in(json, "epochs").value_or(0)));
  run.planned_epochs = number_in(json, "planned_epochs");
  run.exit_code = integer_in(json, "exit_code");
  run.signal = integer_in(json, "signal");
  run.host = text_in(json, "host");
  run.title = text_in(json, "title");
  run.command = text_in(json, "command");
  run.tags = texts_in(json, "tags");
  return run;
}

// SQLite does not notice a flipped bit in what it keeps.
std::int64_t checksum(const std::string& id, const FolderStamp& stamp, bool open,
                      const std::string& summary) {
  const std::string all =
      fmt::format("{} {} {} {} {} {} {}", id, stamp.events_ns, stamp.events_bytes, stamp.tags_ns,
                  stamp.tags_bytes, open, summary);
  return static_cast<std::int64_t>(
      crc32(0, reinterpret_cast<const Bytef*>(all.data()), static_cast<uInt>(all.size())));
}

}  // namespace

bool is_local(const fs::path& folder) {
  // From linux/magic.h and the file systems' own sources.
  constexpr std::array<std::uint32_t, 12> kLocal = {
      0xEF53,      // ext2, ext3, ext4
      0x58465342,  // xfs
      0x9123683E,  // btrfs
      0x01021994,  // tmpfs
      0x858458F6,  // ramfs
      0x794C7630,  // overlayfs
      0x2FC12FC1,  // zfs
      0xF2F52010,  // f2fs
      0xCA451A4E,  // bcachefs
      0x3153464A,  // jfs
      0x52654973,  // reiserfs
      0x4D44,      // vfat
  };
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
  const auto type = static_cast<std::uint32_t>(status.f_type);
  return std::find(kLocal.begin(), kLocal.end(), type) != kLocal.end();
}

IndexFile::IndexFile(const fs::path& store)
    : store_(store), database_(private_file(store / kIndexFile), SQLite::OPEN_READWRITE, kBusyMs) {
  const int version = database_.execAndGet("PRAGMA user_version").getInt();
  database_.exec(is_local(store) ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE");
  // The folders are the truth: what a power loss takes from the index is read again.
  database_.exec("PRAGMA synchronous=OFF");
  if (version == kIndexVersion) return;
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  database_.exec("DROP TABLE IF EXISTS runs");
  database_.exec(
      "CREATE TABLE runs (id TEXT PRIMARY KEY, events_ns INTEGER, events_bytes "
      "INTEGER, tags_ns INTEGER, tags_bytes INTEGER, open INTEGER, summary TEXT, crc32 INTEGER) "
      "WITHOUT ROWID");
  database_.exec("PRAGMA user_version=" + std::to_string(kIndexVersion));
  transaction.commit();
}

void IndexFile::remove(const fs::path& store) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    fs::remove(store / (std::string(kIndexFile) + suffix), ignored);
  }
}

std::string IndexFile::journal_mode() {
  return database_.execAndGet("PRAGMA journal_mode").getString();
}

IndexFile::Loaded IndexFile::load() {
  Loaded loaded;
  SQLite::Statement query(database_,
                          "SELECT id, events_ns, events_bytes, tags_ns, tags_bytes, open, "
                          "summary, crc32 FROM runs");
  while (query.executeStep()) {
    const std::string id = query.getColumn(0).getString();
    const std::string summary = query.getColumn(6).getString();
    IndexedRun run;
    run.stamp = {.events_ns = query.getColumn(1).getInt64(),
                 .events_bytes = query.getColumn(2).getInt64(),
                 .tags_ns = query.getColumn(3).getInt64(),
                 .tags_bytes = query.getColumn(4).getInt64()};
    run.open = query.getColumn(5).getInt() != 0;
    const Json json = Json::parse(summary, nullptr, false);
    const bool holds = query.getColumn(7).getInt64() == checksum(id, run.stamp, run.open, summary);
    if (!holds || !json.is_object()) {
      loaded.damaged.push_back(id);
      continue;
    }
    run.summary = summary_from(store_, id, json);
    loaded.runs[id] = std::move(run);
  }
  return loaded;
}

void IndexFile::save(const std::vector<const IndexedRun*>& changed,
                     const std::vector<std::string>& gone) {
  if (changed.empty() && gone.empty()) return;
  SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement erase(database_, "DELETE FROM runs WHERE id = ?");
  for (const std::string& id : gone) {
    erase.bind(1, id);
    erase.exec();
    erase.reset();
  }
  SQLite::Statement insert(database_, "INSERT OR REPLACE INTO runs VALUES (?,?,?,?,?,?,?,?)");
  for (const IndexedRun* run : changed) {
    insert.bind(1, run->summary.id);
    insert.bind(2, run->stamp.events_ns);
    insert.bind(3, run->stamp.events_bytes);
    insert.bind(4, run->stamp.tags_ns);
    insert.bind(5, run->stamp.tags_bytes);
    insert.bind(6, run->open ? 1 : 0);
    const std::string summary =
        summary_json(run->summary).dump(-1, ' ', false, Json::error_handler_t::replace);
    insert.bind(7, summary);
    insert.bind(8, checksum(run->summary.id, run->stamp, run->open, summary));
    insert.exec();
    insert.reset();
  }
  transaction.commit();
}

}  // namespace joulecast::store
