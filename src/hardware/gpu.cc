#include "joulecast/hardware/gpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include "base/text.h"
#include "hardware/gpu_name.h"
#include "hardware/gpu_table.h"
#include "hardware/near_names.h"
#include "joulecast/hardware/cpu_device.h"

namespace joulecast::hardware {
namespace {

/// The names and aliases, as find_gpu() compares them.
struct Index {
  std::map<std::string, const Gpu*> by_key;
  /// Clouds' families of instance types: what comes before the "*", in lower case.
  std::vector<std::pair<std::string, const Gpu*>> families;
};

Index make_index() {
  Index index;
  const auto add = [&index](const std::string& name, const Gpu& gpu) {
    if (name.ends_with('*')) {
      index.families.emplace_back(to_lower(std::string_view(name).substr(0, name.size() - 1)),
                                  &gpu);
    } else {
      index.by_key.emplace(gpu_key(gpu_words(name)), &gpu);
    }
  };
  for (const Gpu& gpu : gpus()) {
    add(gpu.name, gpu);
    for (const std::string& alias : gpu.aliases) add(alias, gpu);
  }
  return index;
}

const Index& the_index() {
  static const Index index = make_index();
  return index;
}

const Gpu* by_words(const std::vector<std::string>& words) {
  const auto found = the_index().by_key.find(gpu_key(words));
  return found == the_index().by_key.end() ? nullptr : found->second;
}

// "RTX 3090 24GB": the size of memory is said although there is but one.
const Gpu* by_words_and_memory(std::vector<std::string> words) {
  const int memory_gb = take_memory_gb(words);
  if (memory_gb == 0) return nullptr;
  const Gpu* found = by_words(words);
  const bool fits = found != nullptr && std::lround(found->memory_gb) == memory_gb;
  return fits ? found : nullptr;
}

const Gpu* by_family(std::string_view name) {
  const std::string lower = to_lower(trim(name));
  for (const auto& [family, gpu] : the_index().families) {
    if (lower.size() > family.size() && lower.starts_with(family)) return gpu;
  }
  return nullptr;
}

}  // namespace

std::span<const Gpu> gpus() {
  static const std::vector<Gpu> table = read_gpu_table();
  return table;
}

Result<Gpu> find_gpu(std::string_view name) {
  if (names_cpu(name)) return gpu_of_cpu(name);
  const std::vector<std::string> words = gpu_words(name);
  const Gpu* found = by_words(words);
  if (found == nullptr) found = by_words_and_memory(words);
  if (found == nullptr) found = by_family(name);
  if (found != nullptr) return *found;
  return Error{fmt::format("GPU {} is not in the catalogue{}; 'joulecast hardware' lists what is",
                           quoted(name), near_text(near_gpus(name)))};
}

}  // namespace joulecast::hardware
