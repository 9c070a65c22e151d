// data/networks/index.toml, read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/network/named.h"

namespace joulecast::network {

struct IndexEntry {
  NamedNetwork network;
  std::vector<std::string> aliases;
  std::string file;  ///< Within data/networks.
};

/// Sorted by name; entries that lack a name, family, origin or file are left out.
std::vector<IndexEntry> read_index(std::string_view toml);

/// The one inside the program, read once. Safe from any thread.
std::span<const IndexEntry> named_index();

/// The entry that `name` means, or null; see find_network().
const IndexEntry* look_up(std::span<const IndexEntry> index, std::string_view name);

/// The same with an error that names the nearest.
Result<const IndexEntry*> find_entry(std::span<const IndexEntry> index, std::string_view name);

}  // namespace joulecast::network
