// Since when a run goes on evenly, and where its phases began: in blocks, as their recording
// counts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "step/work_kind.h"

namespace joulecast::step {

class SteadyStretch {
 public:
  struct Block {
    std::int64_t number = 0;
    double start_s = 0.0;
  };

  /// The kind of work that the run is projected from, after each block.
  void add(const WorkKind& kind, const Block& block);

  bool stable() const { return stable_; }
  /// The first block of the even stretch; the last block where there is none.
  const Block& since() const { return since_ ? *since_ : last_; }
  /// The first block of each phase but the first; the oldest are forgotten beyond 100.
  const std::vector<std::int64_t>& phase_changes() const { return changes_; }

 private:
  bool stable_ = false;
  int phase_ = 1;
  Block last_;
  std::optional<Block> since_, former_since_;
  std::vector<std::int64_t> changes_;
};

}  // namespace joulecast::step
