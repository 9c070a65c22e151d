// How wide an interval must be: as wide as cases left out of the fit asked for.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "joulecast/pre/estimator.h"
#include "pre/joint_model.h"

namespace joulecast::pre {

/// What a new value exceeds with probability 1 - kNominalCoverage at most, by the values of others
/// like it; absent where they are too few to tell.
std::optional<double> conformal_quantile(std::vector<double> values);

/// Of intervals on logarithms, in the model's own standard deviations.
struct Widths {
  double time = 0.0, power = 0.0, energy = 0.0;
};

/// By what is new in a set-up: see Novelty.
using WidthsByNovelty = std::array<Widths, kNoveltyCount>;

Widths conformal_widths(const std::vector<LeftOut>& left_out);
WidthsByNovelty conformal_widths(const JointModel& model);

/// The widest of what is new in a workload.
Widths widths_for(const WidthsByNovelty& widths, const JointModel& model, const Workload& workload);

/// The least half-width, in logarithms, on a generation of GPUs that no training was seen of; or on
/// a CPU, where none was.
struct LeastWidths {
  double time = 0.0, power = 0.0, energy = 0.0;
};
LeastWidths unseen_generation_widths(const Workload& workload);

}  // namespace joulecast::pre
