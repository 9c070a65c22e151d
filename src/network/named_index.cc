#include "network/named_index.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "network/named_files.h"

namespace joulecast::network {
namespace {

std::optional<IndexEntry> read_entry(const toml::node& row) {
  const auto at = toml::node_view(row);
  const auto name = at["name"].value<std::string>();
  const auto family = at["family"].value<std::string>();
  const auto origin = at["origin"].value<std::string>();
  const auto file = at["file"].value<std::string>();
  if (!name || !family || !origin || !file) return std::nullopt;
  IndexEntry entry{.network = {.name = *name,
                               .family = *family,
                               .origin = *origin,
                               .image_size = at["image_size"].value_or<std::int64_t>(0),
                               .sequence_length = at["sequence_length"].value_or<std::int64_t>(0),
                               .any_size = at["any_size"].value_or(true),
                               .multiple_of = at["multiple_of"].value_or<std::int64_t>(1),
                               .takes_head = at["head"].value_or(true)},
                   .aliases = {},
                   .file = *file};
  if (const toml::array* aliases = at["aliases"].as_array()) {
    for (const toml::node& alias : *aliases) {
      if (const auto text = alias.value<std::string>()) entry.aliases.push_back(*text);
    }
  }
  return entry;
}

}  // namespace

std::vector<IndexEntry> read_index(std::string_view text) {
  std::vector<IndexEntry> index;
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) return index;
  const toml::array* rows = parsed.table()["networks"].as_array();
  if (rows == nullptr) return index;
  for (const toml::node& row : *rows) {
    if (auto entry = read_entry(row)) index.push_back(*std::move(entry));
  }
  std::sort(index.begin(), index.end(), [](const IndexEntry& a, const IndexEntry& b) {
    return a.network.name < b.network.name;
  });
  return index;
}

std::span<const IndexEntry> named_index() {
  static const std::vector<IndexEntry> index = [] {
    for (const NamedFile& file : named_files()) {
      if (file.name == "index.toml") return read_index(file.bytes);
    }
    return std::vector<IndexEntry>();
  }();
  return index;
}

}  // namespace joulecast::network
