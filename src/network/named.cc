#include "joulecast/network/named.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "network/named_index.h"

namespace joulecast::network {
namespace {

bool is_separator(char c) { return c == '-' || c == '_' || c == ' ' || c == '.'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Separators go; those between digits are kept as points: regnet_y_1_6gf is not regnet_y_16gf.
std::string normalised(std::string_view text) {
  std::string plain;
  bool separated = false;
  for (const char c : to_lower(text)) {
    if (is_separator(c)) {
      separated = true;
      continue;
    }
    if (separated && is_digit(c) && !plain.empty() && is_digit(plain.back())) plain += '.';
    plain += c;
    separated = false;
  }
  return plain;
}

// What may stand before a name, and what the origin of a network that it means begins with.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kFrameworks = {
    {{"torchvision", "torchvision"},
     {"timm", "timm"},
     {"torch", "t"},
     {"pytorch", "t"},
     {"keras", "keras"},
     {"tensorflow", "keras"},
     {"tf", "keras"},
     {"kerasapplications", "keras"}}};

bool means(const IndexEntry& entry, const std::string& plain) {
  if (normalised(entry.network.name) == plain) return true;
  return std::any_of(entry.aliases.begin(), entry.aliases.end(),
                     [&](const std::string& alias) { return normalised(alias) == plain; });
}

// "keras/xception" is also xception where there is no other.
bool means_without_framework(const IndexEntry& entry, const std::string& plain) {
  const std::string name = normalised(entry.network.name);
  const auto slash = name.find('/');
  return slash != std::string::npos && name.substr(slash + 1) == plain;
}

template <typename Predicate>
const IndexEntry* first(std::span<const IndexEntry> index, Predicate predicate) {
  const auto found = std::find_if(index.begin(), index.end(), predicate);
  return found == index.end() ? nullptr : &*found;
}

const IndexEntry* find_plain(std::span<const IndexEntry> index, const std::string& plain) {
  if (const auto* found = first(index, [&](const auto& entry) { return means(entry, plain); })) {
    return found;
  }
  return first(index, [&](const auto& entry) { return means_without_framework(entry, plain); });
}

// "torchvision/resnet50", "tensorflow/resnet50" (Keras'), "bert's publisher/bert-base-uncased".
const IndexEntry* find_with_framework(std::span<const IndexEntry> index, const std::string& plain) {
  const auto slash = plain.find('/');
  if (slash == std::string::npos) return nullptr;
  const std::string before = plain.substr(0, slash), name = plain.substr(slash + 1);
  const auto* framework = std::find_if(kFrameworks.begin(), kFrameworks.end(),
                                       [&](const auto& pair) { return pair.first == before; });
  const std::string_view origin =
      framework == kFrameworks.end() ? std::string_view("formula") : framework->second;
  return first(index, [&](const IndexEntry& entry) {
    return to_lower(entry.network.origin).starts_with(origin) &&
           (means(entry, name) || means_without_framework(entry, name));
  });
}

constexpr std::size_t kMostOffered = 4;

// Names that have the word in them, and then those that are spelt alike.
std::vector<std::string_view> offers(std::span<const IndexEntry> index, std::string_view word) {
  std::vector<std::string_view> names, offered;
  const std::string plain = normalised(word);
  for (const IndexEntry& entry : index) {
    const bool has_word =
        !plain.empty() && normalised(entry.network.name).find(plain) != std::string::npos;
    (has_word ? offered : names).push_back(entry.network.name);
  }
  while (offered.size() < kMostOffered) {
    const auto near = nearest(word, names);
    if (!near) break;
    offered.push_back(*near);
    std::erase(names, *near);
  }
  if (offered.size() > kMostOffered) offered.resize(kMostOffered);
  return offered;
}

}  // namespace

const IndexEntry* look_up(std::span<const IndexEntry> index, std::string_view name) {
  const std::string plain = normalised(name);
  if (const IndexEntry* found = find_plain(index, plain)) return found;
  return find_with_framework(index, plain);
}

Result<const IndexEntry*> find_entry(std::span<const IndexEntry> index, std::string_view name) {
  if (const IndexEntry* found = look_up(index, name)) return found;
  const auto offered = offers(index, name);
  const std::string hint =
      offered.empty() ? "" : fmt::format("did you mean {}? ", fmt::join(offered, ", "));
  return Error{fmt::format("there is no network {}; {}'joulecast network --list' shows all",
                           quoted(name), hint)};
}

std::span<const NamedNetwork> named_networks() {
  static const std::vector<NamedNetwork> networks = [] {
    std::vector<NamedNetwork> all;
    for (const IndexEntry& entry : named_index()) all.push_back(entry.network);
    return all;
  }();
  return networks;
}

Result<NamedNetwork> find_network(std::string_view name) {
  const auto found = find_entry(named_index(), name);
  if (!found) return found.error();
  return (*found)->network;
}

}  // namespace joulecast::network
