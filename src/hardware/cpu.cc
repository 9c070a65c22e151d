#include "joulecast/hardware/cpu.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "hardware/cpu_name.h"
#include "hardware/cpu_table.h"

namespace joulecast::hardware {

std::span<const Cpu> cpus() {
  static const std::vector<Cpu> table = read_cpu_table();
  return table;
}

std::optional<Cpu> find_cpu(std::string_view model_name) {
  static const std::map<std::string, const Cpu*> by_key = [] {
    std::map<std::string, const Cpu*> map;
    for (const Cpu& cpu : cpus()) map.emplace(cpu_key(cpu.name), &cpu);
    return map;
  }();
  const auto found = by_key.find(cpu_key(model_name));
  if (found == by_key.end()) return std::nullopt;
  return *found->second;
}

std::vector<Cpu> cpus_with_words(std::string_view name) {
  if (auto one = find_cpu(name)) return {std::move(*one)};
  const std::vector<std::string> wanted = cpu_words(name);
  std::vector<Cpu> found;
  if (wanted.empty()) return found;
  for (const Cpu& cpu : cpus()) {
    const std::vector<std::string> words = cpu_words(cpu.name);
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&words](const std::string& word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    });
    if (all) found.push_back(cpu);
  }
  return found;
}

}  // namespace joulecast::hardware
