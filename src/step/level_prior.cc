#include "step/level_prior.h"

#include <algorithm>
#include <cmath>

#include "step/projection_constants.h"

namespace joulecast::step {
namespace {

using C = ProjectionConstants;

double between(double a, double b, double share) { return a + (b - a) * share; }

double between_logs(double a, double b, double share) {
  return std::exp(between(std::log(a), std::log(b), share));
}

}  // namespace

LevelPriors evaluation_priors() {
  LevelPriors priors;
  priors.fill({.transient = 0.0,
               .transient_sd = C::kTransientSd,
               .scale = C::kScaleEvaluation,
               .interval_scale = C::kIntervalEvaluation,
               .first = C::kFirstEvaluation,
               .first_sd = C::kFirstEvaluationSd});
  return priors;
}

LevelPriors training_priors(std::optional<double> limit_share, double sampling_share) {
  LevelPrior common{.transient = 0.0,
                    .transient_sd = C::kTransientSd,
                    .scale = C::kScale,
                    .interval_scale = C::kInterval,
                    .first = 0.0,
                    .first_sd = C::kFirstSd};
  double gpu_bound = 0.0;
  if (limit_share) {
    gpu_bound = std::clamp(
        (*limit_share - C::kHostBoundShare) / (C::kGpuBoundShare - C::kHostBoundShare), 0.0, 1.0);
    common.transient_sd = between(C::kTransientHostSd, C::kTransientGpuSd, gpu_bound);
    common.scale = between_logs(C::kScaleHost, C::kScaleGpu, gpu_bound);
    common.interval_scale = between_logs(C::kIntervalHost, C::kIntervalGpu, gpu_bound);
    common.first_sd = between_logs(C::kFirstSd, C::kFirstSdGpu, gpu_bound);
  }
  LevelPriors priors;
  for (std::size_t q = 0; q < kQuantities; ++q) {
    priors[q] = common;
    if (q != kTime) {  // Durations do not depend on the meter.
      const double meter = C::kSamplingShare * sampling_share;
      priors[q].interval_scale =
          std::sqrt(common.interval_scale * common.interval_scale + meter * meter);
    }
    if (limit_share) {
      // A host that warms up takes less time and so less energy; a GPU that does, draws more power.
      priors[q].transient = between(q == kPower ? 0.0 : C::kTransientHost,
                                    q == kTime ? 0.0 : C::kTransientGpu, gpu_bound);
      priors[q].first = q == kPower ? 0.0 : between(C::kFirstHost, C::kFirstGpu, gpu_bound);
    }
  }
  return priors;
}

}  // namespace joulecast::step
