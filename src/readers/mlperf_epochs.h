// From the events of an MLPerf training log to its epochs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/run/run.h"
#include "readers/mllog.h"

namespace joulecast::readers {

struct MlTraining {
  double run_start_ms = 0.0;
  Plan plan;
  std::vector<Epoch> epochs;  ///< Times in seconds since run_start.
  std::vector<std::string> notes;
};

/// Collects the events that matter, in the order of the log.
class MlTrainingBuilder {
 public:
  /// `file` is for messages.
  explicit MlTrainingBuilder(std::string file) : file_(std::move(file)) {}

  Status add(const MlEvent& event);

  /// The training's epochs, or blocks between evaluations where it is one single epoch. Errors:
  /// there is no start, no block, or a block without length.
  Result<MlTraining> finish();

 private:
  struct Mark {
    double ms = 0.0;
    std::uint64_t line = 0;
  };
  struct Pass {  // an evaluation
    Mark start;
    std::optional<double> stop_ms, accuracy, samples_so_far;
  };
  /// A block's bounds, then what happened in it.
  struct Block {
    Mark start;
    double end_ms = 0.0;
    std::optional<double> samples;
  };

  Error error(std::uint64_t line, std::string_view what) const;
  void add_epoch_start(const MlEvent& event);
  void add_to_evaluation(const MlEvent& event);
  double last_end_ms() const;
  std::vector<Block> blocks_of_epochs(MlTraining& training) const;
  std::vector<Block> blocks_between_evaluations(MlTraining& training) const;
  void drop_stub(std::vector<Block>& blocks, MlTraining& training) const;
  void add_evaluations(const Block& block, double from_ms, double to_ms, Epoch& epoch) const;

  std::string file_;
  std::optional<Mark> run_start_, run_stop_;
  std::optional<std::int64_t> rank_;  // of the process whose events count
  std::vector<Mark> epoch_starts_;
  std::optional<double> last_epoch_num_;
  std::optional<Mark> last_epoch_stop_;
  std::vector<Pass> passes_;
  std::optional<double> train_samples_, epoch_count_;
};

}  // namespace joulecast::readers
