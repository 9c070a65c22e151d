#include "cli/store_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "joulecast/store/run_writer.h"

namespace joulecast::cli {

void StoreOptions::add_to(CLI::App& command) {
  command
      .add_option("--store", folder,
                  "The folder of the runs; left out: JOULECAST_STORE, else "
                  "~/.local/share/joulecast/runs")
      ->type_name("DIR")
      ->envname("JOULECAST_STORE");
}

Result<std::filesystem::path> StoreOptions::path() const {
  return folder.empty() ? store::default_store() : Result<std::filesystem::path>(folder);
}

Result<std::unique_ptr<store::Store>> StoreOptions::open() const {
  const auto where = path();
  if (!where) return where.error();
  return store::Store::open(*where);
}

void print_notes(const store::Store& store) {
  for (const std::string& note : store.notes()) {
    fmt::print(stderr, "joulecast: note: {}\n", printable(note));
  }
}

void add_runs(CLI::App& command, std::vector<std::string>& runs) {
  command
      .add_option("RUN", runs,
                  "A run: its id or the beginning of it, 'last', 'last~1' (the one before), or the "
                  "path of its folder")
      ->required()
      ->type_name("");
}

}  // namespace joulecast::cli
