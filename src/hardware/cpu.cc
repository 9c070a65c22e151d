#include "joulecast/hardware/cpu.h"

#include <cstddef>
#include <map>
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

}  // namespace joulecast::hardware
