#include "joulecast/baselines/power_formulas.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace joulecast::baselines {
namespace {

double codecarbon_dimms(double memory_gb) {
  struct Step {
    double to_gb, dimms;
  };
  constexpr std::array<Step, 4> kSmall = {{{2.0, 1.0}, {16.0, 2.0}, {64.0, 4.0}, {128.0, 8.0}}};
  for (const Step& step : kSmall) {
    if (memory_gb <= step.to_gb) return step.dimms;
  }
  constexpr double kFewest = 8.0, kMost = 32.0;
  for (const double size_gb : {128.0, 64.0, 32.0, 16.0, 8.0, 4.0}) {
    if (size_gb <= memory_gb / kFewest) return std::min(std::ceil(memory_gb / size_gb), kMost);
  }
  return kFewest;
}

}  // namespace

Parts green_algorithms(const GreenAlgorithmsInput& input) {
  return {.gpu = input.gpus * input.gpu_use * input.gpu_tdp * input.duration,
          .cpu = input.cores * input.core_use * input.core_power * input.duration,
          .memory = Watts(input.memory_gb * kGreenAlgorithmsMemoryWPerGb) * input.duration};
}

Parts green_algorithms_paper(Watts power_limit, double gpu_use, double memory_gb,
                             Seconds duration) {
  return {.gpu = gpu_use * power_limit * duration,
          .cpu = Joules(),
          .memory = Watts(memory_gb * kGreenAlgorithmsMemoryWPerGb) * duration};
}

Joules ml_co2(Watts tdp, double gpus, Seconds duration) { return gpus * tdp * duration; }

Joules ml_co2_paper(Watts power_limit, Seconds duration) { return power_limit * duration; }

Watts codecarbon_cpu(Watts tdp, double load) {
  constexpr double kIdle = 0.1, kLoaded = 0.9;
  return tdp * (kIdle + kLoaded * load * load * load);
}

Watts codecarbon_memory(double memory_gb) {
  struct Weight {
    double to_dimm, weight;
  };
  constexpr std::array<Weight, 4> kWeights = {{{4.0, 1.0}, {8.0, 0.9}, {16.0, 0.8}, {32.0, 0.7}}};
  constexpr double kWattsPerDimm = 5.0, kLeastWatts = 10.0;
  const double dimms = codecarbon_dimms(memory_gb);
  double watts = 0.0, counted = 0.0;
  for (const Weight& weight : kWeights) {
    const double these = std::max(0.0, std::min(dimms, weight.to_dimm) - counted);
    watts += these * weight.weight * kWattsPerDimm;
    counted += these;
  }
  return Watts(std::max(watts, kLeastWatts));
}

}  // namespace joulecast::baselines
