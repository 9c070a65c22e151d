// The projection of a whole training from its pieces: training units and evaluation passes.
//
// Three kinds of work are followed: training, evaluation, and, while every training unit is
// followed by exactly one evaluation, the two as one, which is less noisy than its parts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "joulecast/base/units.h"
#include "step/remaining_work.h"
#include "step/work_kind.h"

namespace joulecast::step {

struct RuleOptions {
  double total_work = 0.0;  ///< > 0
  /// Training work at which the declared phases but the first begin. Absent: not declared.
  std::optional<std::vector<double>> bounds;
  std::optional<double> evaluations;  ///< Planned number, of a training of total_work.
  bool evaluations_expected = false;  ///< They will come, though none may have been seen.
  std::optional<double> events_every;
  std::optional<Watts> power_limit;
  double sampling_interval_s = 0.0;
  double coverage = 0.9;
};

/// What was spent of an unfinished training unit. Nothing of it: all zero.
struct RunningUnit {
  double work = 0.0, joules = 0.0, seconds = 0.0;
};

/// Energy (J), time (s) and mean power (W) of the whole.
struct Outcome {
  struct Bounds {
    double value = 0.0, low = 0.0, high = 0.0;
  };
  std::array<Bounds, kQuantities> whole;
  std::array<CauseVariances, 2> variance{};
  double level_variance = 0.0;  ///< See Remaining.
  int degrees = 0;
  bool finished = false;
  bool evaluation_unknown = false;  ///< Evaluations are expected and none was seen.
  bool evaluations_few = false;     ///< Their cost is known from one or two.
};

class ProjectionRule {
 public:
  explicit ProjectionRule(RuleOptions options);

  /// The next piece. Work, energy and time are positive.
  void add_training(double work, double joules, double seconds);
  /// Of the training unit before it.
  void add_evaluation(double joules, double seconds);
  /// The last training unit has had its evaluation, or has none.
  void end_block();
  /// The next training unit begins a new phase.
  void begin_phase() { signalled_ = true; }

  /// If the whole were `total_work`. At least one training unit was added.
  Outcome outcome(double total_work, const RunningUnit& running = {}) const;

  double done() const { return done_; }
  std::int64_t evaluations() const { return evaluations_; }
  /// The kind of work that the training is projected from.
  const WorkKind& present() const;

 private:
  enum KindName : std::size_t { kTraining, kEvaluationPass, kBoth };

  bool as_both(double total_work) const;
  double planned_evaluations(double total_work) const;
  double evaluations_to_come(double total_work, bool both, const RunningUnit& running,
                             double& sd) const;
  std::optional<RunningPoint> running_point(const RunningUnit& running, bool both) const;
  void add_rest_of_training(double total_work, double done, bool both, const RunningUnit& running,
                            Remaining& sum) const;
  void add_evaluations(double total_work, bool both, const RunningUnit& running, Remaining& sum,
                       Outcome& outcome) const;
  void set_bounds(const std::array<double, 2>& spent, const Remaining& sum, Outcome& outcome) const;

  RuleOptions options_;
  std::array<WorkKind, 3> kinds_;
  // Student's t quantile of the nominal coverage, by degrees of freedom.
  std::array<double, ProjectionConstants::kDegreesMost + 1> quantile_{};
  double clock_s_ = 0.0;
  std::array<double, 2> spent_{}, spent_training_{};
  double done_ = 0.0;
  std::size_t next_bound_ = 0;
  bool signalled_ = false;
  std::int64_t evaluations_ = 0;
  double first_evaluation_at_ = 0.0, last_evaluation_at_ = 0.0;  // training work done
  bool paired_ = true;  // Every training unit so far was followed by one evaluation.
  struct Waiting {
    double work, joules, seconds, start_s;
  };
  std::optional<Waiting> waiting_;  // The training unit whose evaluation may follow.
};

}  // namespace joulecast::step
