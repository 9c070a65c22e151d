// Tools that go by the work a training does: operations, parameters, tokens, the first epochs.
//
// Safe to call from several threads.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "joulecast/base/units.h"

namespace joulecast::baselines {

/// Carbontracker's factor for its data centre (carbontracker/constants.py, 2.4.3). It stands apart:
/// projections are compared without it.
inline constexpr double kCarbontrackerPue = 1.58;

/// Carbontracker: epochs x mean of the first k epochs, k = the size of `first_epochs`, at least 1.
/// L. F. W. Anthony, B. Kanding, R. Selvan, arXiv 2007.03051; carbontracker/predictor.py.
Joules carbontracker(std::span<const Joules> first_epochs, double epochs);

struct LlmCarbonInput {
  double parameters = 0.0, tokens = 0.0;  ///< Above 0.
  double devices = 1.0;                   ///< Above 0.
  Watts device_power;                     ///< The accelerator's TDP.
  double peak_flops = 0.0;                ///< Of one device, a second; above 0.
  double efficiency = 0.0;                ///< Share of the peak that is reached, above 0.
};

struct LlmCarbonAnswer {
  Joules energy;  ///< PUE apart.
  Seconds duration;
};

/// LLMCarbon: FLOPs = 6 x parameters x tokens; t = FLOPs / (devices x peak x efficiency); energy =
/// devices x power x t. A. Faiz et al., ICLR 2024, arXiv 2309.14393.
LlmCarbonAnswer llmcarbon(const LlmCarbonInput& input);

/// A training whose energy is known, as FLOPs-only sees it.
struct FlopsAndEnergy {
  std::size_t group = 0;  ///< Trainings of one group are never fitted on for each other.
  Flops flops;            ///< Of the whole training; above 0.
  Joules energy;          ///< Above 0.
};

/// FLOPs-only, what estimates by operations alone come to: energy = c x FLOPs. c is the geometric
/// mean of energy / FLOPs over the trainings of all other groups, which makes its relative errors
/// least. In the order given; none where no other group is there. R. Schwartz et al., "Green AI",
/// CACM 63(12), 2020, propose FLOPs as the measure.
std::vector<std::optional<Joules>> flops_only(std::span<const FlopsAndEnergy> trainings);

}  // namespace joulecast::baselines
