#include <cmath>

#include "joulecast/analysis/comparison.h"
#include "joulecast/baselines/power_formulas.h"
#include "joulecast/baselines/work_formulas.h"

namespace joulecast::analysis {
namespace {

Joules seen(const baselines::Parts& parts, const MeterScope& scope) {
  Joules sum;
  if (scope.gpu) sum += parts.gpu;
  if (scope.cpu) sum += parts.cpu;
  if (scope.memory) sum += parts.memory;
  return sum;
}

void add(std::vector<MethodAnswer>& answers, const char* method, Joules energy, double spent) {
  // A tool that says nothing of what the meter saw has not answered.
  if (!(energy.value() > 0.0) || !std::isfinite(energy.value())) return;
  answers.push_back({.method = method, .energy = energy, .low = {}, .high = {}, .spent = spent});
}

constexpr double kAtTheEnd = 1.0, kBeforeTheStart = 0.0;

void add_green_algorithms(const MeasuredTraining& training, std::vector<MethodAnswer>& answers) {
  const TrainingFacts& facts = training.facts;
  baselines::GreenAlgorithmsInput input;
  input.duration = training.duration;
  input.memory_gb = facts.memory_gb.value_or(0.0);
  input.cores = facts.cpu_cores.value_or(0.0);
  if (facts.cpu_tdp && input.cores > 0.0) input.core_power = *facts.cpu_tdp / input.cores;
  if (facts.gpu_tdp) {
    input.gpus = facts.gpus;
    input.gpu_tdp = *facts.gpu_tdp;
  }
  if (training.scope.gpu && !facts.gpu_tdp) return;
  if (training.scope.cpu && !(input.cores > 0.0) && !training.scope.gpu) return;
  add(answers, "green-algorithms", seen(baselines::green_algorithms(input), training.scope),
      kAtTheEnd);
  if (!facts.gpu_tdp || !facts.gpu_use) return;
  const Watts limit = facts.gpus * facts.gpu_power_limit.value_or(*facts.gpu_tdp);
  add(answers, "green-algorithms-paper",
      seen(baselines::green_algorithms_paper(limit, *facts.gpu_use, input.memory_gb,
                                             training.duration),
           training.scope),
      kAtTheEnd);
}

void add_ml_co2(const MeasuredTraining& training, std::vector<MethodAnswer>& answers) {
  const TrainingFacts& facts = training.facts;
  if (!training.scope.gpu) return;
  if (facts.gpu_tdp) {
    add(answers, "ml-co2", baselines::ml_co2(*facts.gpu_tdp, facts.gpus, training.duration),
        kAtTheEnd);
  }
  const auto limit = facts.gpu_power_limit ? facts.gpu_power_limit : facts.gpu_tdp;
  if (limit) {
    add(answers, "ml-co2-paper", baselines::ml_co2_paper(facts.gpus * *limit, training.duration),
        kAtTheEnd);
  }
}

void add_codecarbon(const MeasuredTraining& training, std::vector<MethodAnswer>& answers) {
  const TrainingFacts& facts = training.facts;
  const MeterScope& scope = training.scope;
  // A GPU's joules it would read from the counter that gave the truth.
  if (scope.whole_node || scope.gpu) return;
  Joules sum;
  if (scope.cpu) {
    if (!facts.cpu_tdp || !facts.cpu_load) return;
    sum += baselines::codecarbon_cpu(*facts.cpu_tdp, *facts.cpu_load) * training.duration;
  }
  if (scope.memory) {
    if (!facts.memory_gb) return;
    sum += baselines::codecarbon_memory(*facts.memory_gb) * training.duration;
  }
  add(answers, "codecarbon", sum, kAtTheEnd);
}

void add_llmcarbon(const MeasuredTraining& training, std::vector<MethodAnswer>& answers) {
  const TrainingFacts& facts = training.facts;
  if (!facts.parameters || !facts.tokens || !facts.efficiency) return;
  if (!facts.peak_flops || !facts.gpu_tdp) return;
  const auto answer = baselines::llmcarbon({.parameters = *facts.parameters,
                                            .tokens = *facts.tokens,
                                            .devices = facts.gpus,
                                            .device_power = *facts.gpu_tdp,
                                            .peak_flops = *facts.peak_flops,
                                            .efficiency = *facts.efficiency});
  add(answers, "llmcarbon", answer.energy, kBeforeTheStart);
}

}  // namespace

std::vector<MethodAnswer> formula_answers(const MeasuredTraining& training) {
  std::vector<MethodAnswer> answers;
  add_green_algorithms(training, answers);
  add_ml_co2(training, answers);
  add_codecarbon(training, answers);
  add_llmcarbon(training, answers);
  return answers;
}

}  // namespace joulecast::analysis
