// Tools that multiply a device's rated power by time: formula, constants and source of each.
//
// Inputs are finite and not negative; nothing here fails. Shares of use are 0 to 1. Safe to call
// from several threads.
#pragma once

#include "joulecast/base/units.h"

namespace joulecast::baselines {

/// What a tool says of each part of a machine, its PUE apart.
struct Parts {
  Joules gpu, cpu, memory;
};

/// A GB of memory in Green Algorithms, and a CPU core of a model that it does not know.
inline constexpr double kGreenAlgorithmsMemoryWPerGb = 0.3725;
inline constexpr Watts kGreenAlgorithmsAnyCore{12.0};
/// The factor of its website where the user does not know the data centre's; 1 for a computer of
/// one's own.
inline constexpr double kGreenAlgorithmsUnknownPue = 1.56;

struct GreenAlgorithmsInput {
  Seconds duration;
  double gpus = 0.0;
  Watts gpu_tdp;         ///< Of one.
  double gpu_use = 1.0;  ///< The website's default.
  double cores = 0.0;
  Watts core_power = kGreenAlgorithmsAnyCore;  ///< TDP / cores of a known CPU.
  double core_use = 1.0;
  double memory_gb = 0.0;
};

/// Green Algorithms, the website: (cores x P_core x u + GPUs x TDP x u + GB x 0.3725 W) x t.
/// L. Lannelongue, J. Grealey, M. Inouye, Advanced Science 8(12), 2021, and the website's form.
Parts green_algorithms(const GreenAlgorithmsInput& input);

/// Green Algorithms as del Rey et al. use it: (power limit x mean GPU utilisation + GB x 0.3725 W)
/// x t, with neither PUE nor CPU. `power_limit` of all GPUs. arXiv 2307.05520.
Parts green_algorithms_paper(Watts power_limit, double gpu_use, double memory_gb, Seconds duration);

/// ML CO2 Impact: TDP x GPU-hours, with neither PUE nor other parts. A. Lacoste et al.,
/// arXiv 1910.09700. The website takes hours; its user multiplies them by the number of GPUs.
Joules ml_co2(Watts tdp, double gpus, Seconds duration);

/// ML CO2 Impact as del Rey et al. use it: power limit x t; `power_limit` of all GPUs.
Joules ml_co2_paper(Watts power_limit, Seconds duration);

/// CodeCarbon 3.3, a CPU without counters whose model is known: TDP x (0.1 + 0.9 x load^3).
/// codecarbon/external/hardware.py.
Watts codecarbon_cpu(Watts tdp, double load);

/// CodeCarbon 3.3, memory of an x86 machine: 5 W for each guessed DIMM; of the 5th to 8th 0.9 of
/// it, to the 16th 0.8, beyond 0.7; at least 10 W. DIMMs: 1 to 2 GB, 2 to 16, 4 to 64, 8 to 128,
/// above of the largest size (4 to 128 GB) that makes at least 8, at most 32 of them.
/// codecarbon/external/ram.py.
Watts codecarbon_memory(double memory_gb);

}  // namespace joulecast::baselines
