#include "retimed.h"

namespace joulecast::accuracy {

std::vector<Epoch> epochs_of(const std::vector<Block>& blocks) {
  std::vector<Epoch> epochs;
  double clock_s = 0.0;
  for (const Block& block : blocks) {
    Epoch epoch;
    epoch.number = static_cast<std::int64_t>(epochs.size()) + 1;
    epoch.start_s = clock_s;
    const double evaluation_from_s = clock_s + block.training.seconds;
    clock_s = evaluation_from_s + block.evaluation.seconds;
    epoch.end_s = clock_s;
    epoch.energy = Joules(block.training.joules + block.evaluation.joules);
    if (block.evaluation.seconds > 0.0) {
      epoch.evaluation = Evaluation{.start_s = evaluation_from_s,
                                    .end_s = clock_s,
                                    .energy = Joules(block.evaluation.joules)};
    }
    epochs.push_back(epoch);
  }
  return epochs;
}

std::vector<Block> blocks_of(const std::vector<Epoch>& epochs) {
  std::vector<Block> blocks;
  for (const Epoch& epoch : epochs) {
    Block block;
    if (epoch.evaluation && epoch.evaluation->energy) {
      block.evaluation = {.joules = epoch.evaluation->energy->value(),
                          .seconds = epoch.evaluation->end_s - epoch.evaluation->start_s};
    }
    block.training = {.joules = epoch.energy->value() - block.evaluation.joules,
                      .seconds = epoch.duration().value() - block.evaluation.seconds};
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace joulecast::accuracy
