// From marks to the blocks of a run: where each epoch begins and ends, and what it holds.
//
// Rules. The first block begins at the first epoch_begin, plan, phase or "step 0" mark, else at the
// run's start; what comes before is start-up. A block ends with its epoch_end and the next one
// begins there, so that nothing between two epochs is lost. Where the plan counts in steps, samples
// or tokens, blocks are cut at step marks instead: at least a second and a two-hundredth of the
// plan apart. Data-parallel ranks mark the same epoch several times: the first counts. Numbers that
// start again (a second training in the same command) are counted on. A first epoch that is not the
// first of all, or steps that begin far from zero, are those of a training that is resumed: what
// was done before this run is taken off the plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/live/mark.h"
#include "joulecast/run/run.h"

namespace joulecast::live {

/// A block that has ended: an Epoch without energies, in seconds of the run.
struct Block {
  Epoch epoch;
  bool begins_phase = false;  ///< Trainable parameters, batch or image size changed with it.
};

/// A stretch that the user named, ended.
struct NamedWindow {
  std::string name;
  double start_s = 0.0, end_s = 0.0;
};

/// Times handed in must not be before the run's start (0) and are put in order where marks of
/// several senders cross. Not thread-safe.
class BlockBuilder {
 public:
  /// `of_steps`: as EngineOptions::blocks_of_steps.
  explicit BlockBuilder(const Plan& plan, bool of_steps = false)
      : plan_(plan), of_steps_(of_steps) {}

  /// What a mark amounts to: at most one block and one window have ended by it.
  struct Outcome {
    std::optional<Block> block;
    std::optional<NamedWindow> window;
    std::string note;       ///< Worth a line in the record; may be empty.
    std::string complaint;  ///< For the sender: the mark could not be used; may be empty.
    bool plan_changed = false;
  };
  Outcome take(const Mark& mark, double time_s);

  const Plan& plan() const { return plan_; }
  /// Work of the plan that was done before this run.
  double resumed_at() const { return resumed_at_; }
  /// The plan of this run: without what was done before.
  Plan plan_from_here() const;
  /// Where the first block begins; absent until a mark has come.
  std::optional<double> first_start_s() const { return first_start_s_; }
  /// Start of the block under way.
  double open_start_s() const { return open_start_s_; }
  /// Work done in the block under way, in the plan's unit; 0 where it is not known.
  double open_work() const;
  std::int64_t blocks() const { return blocks_; }
  /// Work done in all blocks that have ended, in the plan's unit.
  double done() const { return done_; }
  const std::string& phase() const { return phase_; }

 private:
  /// What a training says of its sizes: when one of them changes a new phase begins.
  struct Sizes {
    std::optional<double> trainable_parameters, batch_size, image_size;
  };
  /// Counts since the run's start, as the last step mark said.
  struct Counts {
    double steps = 0.0;
    std::optional<double> samples, tokens;
  };

  void begin_at(double time_s);
  void take_plan(const Mark& mark, Outcome& outcome);
  void take_epoch_end(const Mark& mark, double time_s, Outcome& outcome);
  void take_step(const Mark& mark, double time_s, Outcome& outcome);
  bool counts_by_steps() const { return of_steps_ && plan_.unit == WorkUnit::kSteps; }
  void take_window(const Mark& mark, double time_s, Outcome& outcome);
  bool is_repeat(const Mark& mark, double time_s) const;
  void note_resumption(double done_before, Outcome& outcome);
  void count_steps(double steps);
  bool sizes_changed(const Mark& mark);
  std::optional<double> planned_count(const Mark& mark) const;
  Block end_block(double time_s);

  Plan plan_;
  bool of_steps_;
  double last_step_s_ = 0.0;  // the last step mark's time
  std::optional<double> first_start_s_;
  double open_start_s_ = 0.0;
  double last_duration_s_ = 0.0;
  std::int64_t blocks_ = 0;
  std::int64_t last_said_ = 0;  // the last number that a mark gave
  double done_ = 0.0;
  std::string phase_;
  std::optional<Evaluation> evaluation_;  // of the open block; end_s 0 while it runs
  std::optional<double> loss_, validation_loss_, accuracy_;
  Sizes sizes_;
  double resumed_at_ = 0.0;
  int step_marks_ = 0;
  Counts now_, at_start_;  // counts at the last step mark, and where the open block began
  std::vector<NamedWindow> open_windows_;
};

}  // namespace joulecast::live
