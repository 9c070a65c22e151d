// What the commands of stored runs share: which store, which run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "joulecast/store/index.h"

namespace joulecast::cli {

struct StoreOptions {
  std::string folder;  ///< Empty: JOULECAST_STORE, else the user's own.

  void add_to(CLI::App& command);
  /// The store, with whatever is wrong with its index on standard error.
  Result<std::unique_ptr<store::Store>> open() const;
  Result<std::filesystem::path> path() const;
};

/// Prints what a store says of its index on standard error.
void print_notes(const store::Store& store);

/// Adds "RUN...": ids, beginnings of ids, "last", "last~1", or paths.
void add_runs(CLI::App& command, std::vector<std::string>& runs);

}  // namespace joulecast::cli
