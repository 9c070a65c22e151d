#include "pre/recognise.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <set>

#include "base/text.h"

namespace joulecast {
// Embedded: see joulecast_embed in CMakeLists.txt.
// NOLINTBEGIN(readability-identifier-naming)
extern const std::string_view source_deepgreen_toml, source_delrey2025_toml, source_ecnas_toml,
    source_fischer2022_toml, source_joulecast_toml, source_lambda_toml, source_mlperf_toml,
    source_mpt_toml, source_neusight_toml, source_ryujaehun_toml, source_timm_toml,
    source_vtrain_toml, source_zeus_toml;
// NOLINTEND(readability-identifier-naming)
}  // namespace joulecast

namespace joulecast::pre {
namespace {

std::vector<std::string> missing_columns(const Mapping& mapping,
                                         std::span<const std::string> header) {
  std::set<std::string> present;
  for (const std::string& column : header) present.insert(to_lower(column));
  std::vector<std::string> missing;
  for (std::string& column : mapping.needed_columns()) {
    if (!present.contains(to_lower(column))) missing.push_back(std::move(column));
  }
  return missing;
}

}  // namespace

std::span<const Mapping> built_in_mappings() {
  static const std::vector<Mapping> built_in = [] {
    const std::array texts = {source_deepgreen_toml,   source_delrey2025_toml, source_ecnas_toml,
                              source_fischer2022_toml, source_joulecast_toml,  source_lambda_toml,
                              source_mlperf_toml,      source_mpt_toml,        source_neusight_toml,
                              source_ryujaehun_toml,   source_timm_toml,       source_vtrain_toml,
                              source_zeus_toml};
    std::vector<Mapping> mappings;
    for (const std::string_view text : texts) {
      auto mapping = parse_mapping(text, "data/sources");
      assert(mapping.ok());
      if (mapping) mappings.push_back(std::move(mapping).value());
    }
    return mappings;
  }();
  return built_in;
}

const Mapping* find_mapping(std::string_view name) {
  for (const Mapping& mapping : built_in_mappings()) {
    if (mapping.name == name) return &mapping;
  }
  return nullptr;
}

Result<const Mapping*> recognise(std::span<const std::string> header, const std::string& file) {
  const Mapping* best = nullptr;
  const Mapping* nearest_one = built_in_mappings().data();
  std::size_t best_columns = 0;
  double best_share = -1.0;
  std::vector<std::string> lacking;
  for (const Mapping& mapping : built_in_mappings()) {
    const std::size_t needed = mapping.needed_columns().size();
    std::vector<std::string> missing = missing_columns(mapping, header);
    if (missing.empty() && needed > best_columns) {
      best = &mapping;
      best_columns = needed;
    }
    const double share = static_cast<double>(needed - missing.size()) / static_cast<double>(needed);
    if (share > best_share) {
      best_share = share;
      nearest_one = &mapping;
      lacking = std::move(missing);
    }
  }
  if (best != nullptr) return best;
  return Error{fmt::format(
      "{}:1: these columns fit no known table; the nearest is {}, which also has {}. Say what they "
      "are with --columns MAPPING.toml (docs/estimator-data.md)",
      file, nearest_one->name, fmt::join(lacking, ", "))};
}

}  // namespace joulecast::pre
