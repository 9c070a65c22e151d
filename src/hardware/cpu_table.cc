#include "hardware/cpu_table.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

namespace joulecast {
// Embedded: see joulecast_embed in CMakeLists.txt.
extern const std::string_view cpus_toml;  // NOLINT(readability-identifier-naming)
}  // namespace joulecast

namespace joulecast::hardware {

std::vector<Cpu> read_cpu_table() {
  std::vector<Cpu> table;
  const toml::parse_result parsed = toml::parse(cpus_toml);
  if (!parsed) return table;
  const toml::array* rows = parsed.table()["cpus"].as_array();
  if (rows == nullptr) return table;
  for (const toml::node& row : *rows) {
    const auto entry = toml::node_view(row);
    const auto name = entry["name"].value<std::string>();
    const auto tdp_w = entry["tdp_w"].value<double>();
    const auto cores = entry["cores"].value<int>();
    if (name && tdp_w && cores) table.push_back({*name, Watts(*tdp_w), *cores});
  }
  return table;
}

}  // namespace joulecast::hardware
