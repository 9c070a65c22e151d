#include "joulecast/baselines/work_formulas.h"

#include <algorithm>
#include <cmath>

namespace joulecast::baselines {
namespace {

struct LogSum {
  double sum = 0.0;
  double count = 0.0;
};

}  // namespace

Joules carbontracker(std::span<const Joules> first_epochs, double epochs) {
  Joules sum;
  for (const Joules energy : first_epochs) sum += energy;
  return epochs * sum / static_cast<double>(first_epochs.size());
}

LlmCarbonAnswer llmcarbon(const LlmCarbonInput& input) {
  constexpr double kFlopsPerParameterAndToken = 6.0;
  const double flops = kFlopsPerParameterAndToken * input.parameters * input.tokens;
  const Seconds duration(flops / (input.devices * input.peak_flops * input.efficiency));
  return {.energy = input.devices * input.device_power * duration, .duration = duration};
}

std::vector<std::optional<Joules>> flops_only(std::span<const FlopsAndEnergy> trainings) {
  LogSum all;
  std::vector<LogSum> of_group;
  for (const FlopsAndEnergy& training : trainings) {
    of_group.resize(std::max(of_group.size(), training.group + 1));
    const double ratio = std::log(training.energy.value() / training.flops.value());
    for (LogSum* sum : {&all, &of_group[training.group]}) {
      sum->sum += ratio;
      sum->count += 1.0;
    }
  }
  std::vector<std::optional<Joules>> answers;
  for (const FlopsAndEnergy& training : trainings) {
    const LogSum& own = of_group[training.group];
    const double others = all.count - own.count;
    if (others < 1.0) {
      answers.emplace_back();
      continue;
    }
    const double joules_per_flop = std::exp((all.sum - own.sum) / others);
    answers.emplace_back(joules_per_flop * training.flops.value());
  }
  return answers;
}

}  // namespace joulecast::baselines
