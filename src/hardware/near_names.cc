#include "hardware/near_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "hardware/cpu_name.h"
#include "hardware/gpu_name.h"
#include "joulecast/hardware/cpu.h"
#include "joulecast/hardware/gpu.h"

namespace joulecast::hardware {
namespace {

constexpr std::size_t kMost = 3;

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) {
    // The desktop's GPU of the same number is the nearest that there is.
    if (word != "laptop" && word != "mobile") all += word;
  }
  return all;
}

void nearest_first(std::vector<NearName>& near) {
  std::stable_sort(near.begin(), near.end(),
                   [](const NearName& a, const NearName& b) { return a.edits < b.edits; });
}

// Collects names by the nearest of their spellings.
class Nearest {
 public:
  explicit Nearest(std::string wanted) : wanted_(std::move(wanted)) {}

  void add(const std::string& spelling, const std::string& name) {
    const std::size_t most = most_edits(wanted_.size());
    const std::size_t less = std::min(spelling.size(), wanted_.size());
    if (std::max(spelling.size(), wanted_.size()) - less > most) return;
    const std::size_t edits = edit_distance(wanted_, spelling);
    if (edits > most) return;
    const auto known = std::find_if(near_.begin(), near_.end(),
                                    [&](const NearName& other) { return other.name == name; });
    if (known == near_.end()) {
      near_.push_back({name, edits});
    } else {
      known->edits = std::min(known->edits, edits);
    }
  }

  std::vector<NearName> take() {
    nearest_first(near_);
    if (near_.size() > kMost) near_.resize(kMost);
    return std::move(near_);
  }

 private:
  std::string wanted_;
  std::vector<NearName> near_;
};

}  // namespace

std::vector<NearName> near_gpus(std::string_view name) {
  Nearest nearest(joined(gpu_words(name)));
  for (const Gpu& gpu : gpus()) {
    nearest.add(joined(gpu_words(gpu.name)), gpu.name);
    for (const std::string& alias : gpu.aliases) nearest.add(joined(gpu_words(alias)), gpu.name);
  }
  return nearest.take();
}

std::vector<NearName> near_cpus(std::string_view name) {
  Nearest nearest(joined(cpu_words(name)));
  for (const Cpu& cpu : cpus()) nearest.add(joined(cpu_words(cpu.name)), cpu.name);
  return nearest.take();
}

std::string near_text(std::vector<NearName> near) {
  nearest_first(near);
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, near.size()); ++i) {
    text += (i == 0 ? " (near: " : ", ") + near[i].name;
  }
  return text.empty() ? text : text + ")";
}

}  // namespace joulecast::hardware
