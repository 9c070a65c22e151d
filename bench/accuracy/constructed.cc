#include "constructed.h"

#include <functional>
#include <utility>

#include "retimed.h"

namespace joulecast::accuracy {
namespace {

constexpr std::size_t kEvaluateEvery = 5;
constexpr std::size_t kCheckpointEvery = 10;
constexpr double kCheckpointExcess = 0.6;

// Whether the epoch with this number, of so many, keeps its evaluation.
using Keeps = std::function<bool(std::size_t number, std::size_t epochs)>;

DataSet with_evaluations(const DataSet& from, const std::string& what, const Keeps& keeps,
                         bool declared) {
  DataSet set;
  set.name = from.name + ", " + what + (declared ? ", number declared" : ", only expected");
  set.constructed = true;
  set.epochs_seen = {2, 3, 5, 10, 15, 25};
  for (const NamedRun& original : from.runs) {
    NamedRun run = original;
    std::vector<Block> blocks = blocks_of(original.run.epochs);
    double kept = 0.0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (keeps(i + 1, blocks.size())) {
        kept += 1.0;
      } else {
        blocks[i].evaluation = {};
      }
    }
    run.run.epochs = epochs_of(blocks);
    run.evaluations_expected = true;
    if (declared) run.evaluations = kept;
    set.runs.push_back(std::move(run));
  }
  return set;
}

DataSet with_checkpoints(const DataSet& from, bool declared) {
  DataSet set;
  set.name = from.name + ", every 10th epoch +60 %" + (declared ? ", declared" : ", not declared");
  set.constructed = true;
  set.epochs_seen = {5, 9, 12, 15, 22, 25};
  // Nobody can know of the first checkpoint before it has come: count from then on too.
  set.pool_from = {2, kCheckpointEvery + 1, 2 * kCheckpointEvery + 1};
  for (const NamedRun& original : from.runs) {
    NamedRun run = original;
    std::vector<Block> blocks = blocks_of(original.run.epochs);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      blocks[i].evaluation = {};
      if ((i + 1) % kCheckpointEvery != 0) continue;
      blocks[i].training.joules *= 1.0 + kCheckpointExcess;
      blocks[i].training.seconds *= 1.0 + kCheckpointExcess;
    }
    run.run.epochs = epochs_of(blocks);
    if (declared) run.events_every = static_cast<double>(kCheckpointEvery);
    set.runs.push_back(std::move(run));
  }
  return set;
}

}  // namespace

std::vector<DataSet> constructed_sets(const DataSet& from) {
  const Keeps late = [](std::size_t number, std::size_t epochs) { return 5 * number > 4 * epochs; };
  const Keeps fifth = [](std::size_t number, std::size_t /*epochs*/) {
    return number % kEvaluateEvery == 0;
  };
  std::vector<DataSet> sets;
  for (const bool declared : {true, false}) {
    sets.push_back(with_evaluations(from, "evaluated in the last fifth", late, declared));
    sets.push_back(with_evaluations(from, "evaluated every 5th epoch", fifth, declared));
  }
  for (const bool declared : {true, false}) sets.push_back(with_checkpoints(from, declared));
  return sets;
}

}  // namespace joulecast::accuracy
