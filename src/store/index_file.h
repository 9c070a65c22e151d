// The SQLite file behind the index: summaries of runs, and what their folders looked like when they
// were read. Everything here throws SQLite::Exception; index.cc catches it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "joulecast/store/index.h"

namespace joulecast::store {

/// Where and what a run folder's files are, as far as a change of the summary would show in them.
struct FolderStamp {
  std::int64_t events_ns = 0, events_bytes = 0;
  std::int64_t tags_ns = 0, tags_bytes = 0;
  friend bool operator==(const FolderStamp&, const FolderStamp&) = default;
};

struct IndexedRun {
  FolderStamp stamp;
  /// Whether it can change without its files doing so: it runs, or runs elsewhere.
  bool open = false;
  RunSummary summary;
};

/// Whether the file system of a folder is one of this machine, where processes see each other's
/// locks and shared memory; unknown ones count as not local.
bool is_local(const std::filesystem::path& folder);

class IndexFile {
 public:
  /// Opens or makes STORE/index.sqlite, 0600; in WAL mode if the file system is local.
  explicit IndexFile(const std::filesystem::path& store);
  /// Removes the file and what SQLite keeps beside it.
  static void remove(const std::filesystem::path& store);

  struct Loaded {
    std::map<std::string, IndexedRun> runs;  ///< By id.
    std::vector<std::string> damaged;        ///< Ids, as they are read, whose checksum fails.
  };
  Loaded load();
  /// Forgets the gone ones and writes the changed ones, all or nothing.
  void save(const std::vector<const IndexedRun*>& changed, const std::vector<std::string>& gone);
  std::string journal_mode();

 private:
  std::filesystem::path store_;
  SQLite::Database database_;
};

}  // namespace joulecast::store
