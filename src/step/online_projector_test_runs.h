// Made-up trainings for the tests of the projection.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "joulecast/step/online_projector.h"

namespace joulecast::step {

inline std::unique_ptr<OnlineProjector> projector_of(const OnlinePlan& plan) {
  return std::move(OnlineProjector::create(plan)).value();
}

inline OnlinePlan epochs_planned(double total) {
  OnlinePlan plan;
  plan.total_work = total;
  return plan;
}

/// Blocks one after the other, 200 W and 50 s each unless said otherwise.
class MadeUpRun {
 public:
  explicit MadeUpRun(unsigned seed = 1, double noise = 0.0, double joules = 10e3,
                     double seconds = 50.0)
      : generator_(seed), noise_(noise), joules_(joules), seconds_(seconds) {}

  /// One whose energy and duration are `factor` times the usual, times the noise.
  const Epoch& next(double factor = 1.0) {
    const double x = factor * std::exp(noise_ * normal_(generator_));
    ++epoch_.number;
    epoch_.start_s = epoch_.end_s;
    epoch_.end_s += seconds_ * x;
    epoch_.energy = Joules(joules_ * x);
    epoch_.energy_origin = Origin::kCounter;
    epoch_.evaluation.reset();
    return epoch_;
  }
  /// The block, with a part of it as its evaluation.
  const Epoch& next_evaluated(double share) {
    next();
    const double seconds = share * (epoch_.end_s - epoch_.start_s);
    epoch_.evaluation = Evaluation{
        .start_s = epoch_.end_s - seconds, .end_s = epoch_.end_s, .energy = *epoch_.energy * share};
    return epoch_;
  }
  Epoch& epoch() { return epoch_; }

 private:
  std::mt19937 generator_;
  std::normal_distribution<double> normal_{0.0, 1.0};
  double noise_, joules_, seconds_;
  Epoch epoch_;
};

}  // namespace joulecast::step
