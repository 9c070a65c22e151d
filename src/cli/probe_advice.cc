#include "cli/probe_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "joulecast/pre/training_estimate.h"

namespace joulecast::cli {
namespace {

struct Planned {
  double step_s = 0.0;
  const pre::SaidSettings* said = nullptr;
};

// Those settings that are not the same in all, as options.
std::string difference(const pre::SaidSettings& one, const std::vector<pre::SaidSettings>& all) {
  std::string text;
  for (const auto& [name, said] : one) {
    const std::string& setting = name;
    const std::string& value = said.value;
    const bool varies = std::any_of(all.begin(), all.end(), [&](const pre::SaidSettings& other) {
      return other.find(setting)->second.value != value;
    });
    if (!varies) continue;
    std::string flag = setting == "network" ? "" : "--" + setting + " ";
    std::replace(flag.begin(), flag.end(), '_', '-');
    const bool blank = value.find(' ') != std::string::npos;
    text += fmt::format("{}{}{}{}{}", text.empty() ? "" : " ", flag, blank ? "\"" : "", value,
                        blank ? "\"" : "");
  }
  return text;
}

}  // namespace

Result<std::vector<report::AdvisedProbe>> probes_advised(
    const Knowledge& knowledge, const std::vector<pre::SaidSettings>& planned) {
  std::vector<Planned> all;
  std::string error;
  for (const pre::SaidSettings& said : planned) {
    const auto set_up = pre::set_up_of(said);
    if (!set_up) return set_up.error();
    const auto made = pre::estimate_training(knowledge.estimator, *set_up);
    if (!made) {
      error = made.error().message;
      continue;
    }
    if (!made->memory.fits()) continue;
    const double steps = std::max(
        1.0, std::floor(set_up->set_up.train_size /
                        (static_cast<double>(set_up->set_up.batch_size) * set_up->set_up.gpus)));
    all.push_back({.step_s = made->epoch.duration->value.value() / steps, .said = &said});
  }
  if (all.empty()) return Error{error.empty() ? "nothing here fits into its GPU's memory" : error};
  std::stable_sort(all.begin(), all.end(),
                   [](const Planned& a, const Planned& b) { return a.step_s < b.step_s; });
  const double middle_s = std::sqrt(all.front().step_s * all.back().step_s);
  const auto nearest =
      std::min_element(all.begin(), all.end(), [middle_s](const Planned& a, const Planned& b) {
        return std::abs(std::log(a.step_s / middle_s)) < std::abs(std::log(b.step_s / middle_s));
      });
  std::vector<report::AdvisedProbe> advice;
  const auto add = [&](const char* which, const Planned& one) {
    advice.push_back(
        {.which = which, .said = difference(*one.said, planned), .step_s = one.step_s});
  };
  add("smallest", all.front());
  if (all.size() > 1) add("largest", all.back());
  const bool between = nearest != all.begin() && nearest != std::prev(all.end());
  if (between) add("middle", *nearest);
  return advice;
}

}  // namespace joulecast::cli
