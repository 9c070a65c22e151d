// Do trainings take more energy than they did before? For continuous integration.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// What single trainings took, in joules above 0, by what they have in common: their group.
using MeasuredGroups = std::map<std::string, std::vector<double>>;

struct EnergyChange {
  double change = 0.0;  ///< 0.05: 5 % more than before.
  double low = 0.0, high = 0.0;
  std::size_t before = 0, now = 0;  ///< Trainings.
  std::size_t groups = 0;           ///< That both have; 0: none, so that all are taken as one.
};

/// The repeats of one set-up differ by this much, relative, one standard deviation (del Rey et
/// al.'s recordings): what stands for the spread where a group has a single training.
inline constexpr double kRepeatSpread = 0.014;

/// The mean change over the groups, with a 90 % interval by Welch's t of the logarithms. Error:
/// nothing on one side.
Result<EnergyChange> energy_change(const MeasuredGroups& before, const MeasuredGroups& now);

}  // namespace joulecast::analysis
