// joulecast's own projection: an answer with an interval from the first epoch on.
//
// The rule, in short. The joules and seconds per work of each kind of work (training, evaluation,
// or both together) are a level, a transient that fades with the first minutes, and heavy-tailed
// noise. The level is a robust mean that keeps 32 units and sums of the older ones. Two units off
// the level in the same direction begin a new phase; one alone is an outlier, or if long an event
// that may be periodic. The interval's half-width is a Student t quantile of a sum of named
// variances, on a logarithmic scale, of what remains: what is spent is spent.
//
// What no rule can know: an undeclared later phase, an evaluation or a checkpoint before the first
// one. Forecast::notes says so where it matters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/step/projector.h"

namespace joulecast::step {

/// What is known before the training starts.
struct OnlinePlan {
  WorkUnit unit = WorkUnit::kEpochs;
  double total_work = 0.0;  ///< In `unit`, > 0.
  /// The declared phases: the work of each in order; the last one may be left out, it is the rest.
  /// Empty: not declared, changes of phase are looked for.
  std::vector<double> phases;
  std::optional<double> evaluations;  ///< Planned number of evaluation passes in all.
  /// Evaluations will come, though their number is not known. Implied by `evaluations` > 0.
  bool evaluations_expected = false;
  /// A periodic event (checkpoint) lengthens every so many blocks, counted from the first; > 0.
  std::optional<double> events_every;
  /// The power limit of what was measured: of one GPU, or the sum of the GPUs'. Leave it out for
  /// the power of a whole node or of a CPU.
  std::optional<Watts> power_limit;
  /// Of the power that the energies were integrated from; 0 for an energy counter.
  Seconds sampling_interval;
  double coverage = 0.9;          ///< Nominal coverage of the intervals, in (0, 1).
  std::vector<std::string> told;  ///< Copied to every Forecast::told.
};

/// What has been spent of a block that has not ended.
struct RunningEpoch {
  Joules energy;
  Seconds duration;
  double work = 0.0;  ///< Training work done in it, in the plan's unit, >= 0; 0 where not known.
};

/// Since when a run goes on evenly.
struct Stability {
  /// At least three units beyond the first are known of the present phase, no change is under way,
  /// and the start's transient has faded to 0.5 %.
  bool stable = false;
  /// The first block of the present phase that is past the phase's first block and the transient;
  /// its Epoch::number and start. Of the last block while the run is not stable.
  std::int64_t since_epoch = 0;
  double since_s = 0.0;
  int phase = 1;  ///< The present phase, from 1.
  /// Probability that the mean joules per work of what remains lie within 2 % of those projected,
  /// from what is known of the level, its drift, a change under way and phases not begun.
  double confidence = 0.0;
};

/// One training. Time per epoch and memory do not depend on how many epochs were seen; the answers
/// depend on nothing but the plan and the epochs so far. Energies may be of any scale between
/// 1e-100 and 1e100 J. Not thread-safe.
class OnlineProjector : public Projector {
 public:
  /// Errors, one line: a figure that is out of its range, phases that exceed the total.
  static Result<std::unique_ptr<OnlineProjector>> create(const OnlinePlan& plan);
  ~OnlineProjector() override;

  /// The next block. Its evaluation, if its energy is known, is taken off and followed as a kind of
  /// work of its own. Preconditions: its energy is known and not negative, it has a duration, and
  /// work_of(epoch, plan.unit) is known and positive.
  Forecast add(const Epoch& epoch) override;

  /// The next block begins a new phase: trainable parameters, batch or image size, precision or the
  /// power limit changed. add() does the same where Epoch::phase changes from one name to another.
  void begin_phase();

  /// The forecast now. This and the next two: after at least one block.
  Forecast forecast() const;
  /// If the whole were of another size, > 0; early stopping mixes such forecasts.
  Forecast forecast_for(double total_work) const;
  /// Between two blocks. The block counts as spent and its work as done; while few blocks are known
  /// its rate counts too.
  Forecast forecast_running(const RunningEpoch& running) const;

  /// After at least one block.
  Stability stability() const;
  /// Epoch::number of the first block of each phase but the first, as known now: a change that
  /// turned out to be none is taken back. At most the last 100.
  const std::vector<std::int64_t>& phase_changes() const;

 private:
  struct State;
  explicit OnlineProjector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::step
