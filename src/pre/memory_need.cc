#include "pre/memory_need.h"

#include <algorithm>
#include <cmath>

#include "network/network_memory.h"

namespace joulecast::pre {
namespace {

constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
// CUDA's context, the libraries' code and their work space.
constexpr double kFrameworkBytes = 1.0 * kBytesPerGib;

/// Tensors that the optimizer keeps beside each trained parameter.
double states(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::kSgd:
    case Optimizer::kNone:
      return 0.0;
    case Optimizer::kMomentum:
    case Optimizer::kRmsprop:
      return 1.0;
    case Optimizer::kAdam:
    case Optimizer::kAdamW:
    case Optimizer::kAdadelta:
      return 2.0;
  }
  return 2.0;
}

network::Network as_trained(const SetUp& set_up, const network::Network& network) {
  network::Network trained = network;
  // An epoch in which everything trains is the one that must fit.
  const bool only_head = set_up.frozen_epochs_share >= 1.0;
  freeze(trained, only_head ? 1.0 : set_up.frozen_layers_share);
  return trained;
}

}  // namespace

MemoryNeed memory_need(const SetUp& set_up, const network::Network& network,
                       const hardware::Gpu& gpu) {
  const network::TrainingMemory one =
      network::training_memory(as_trained(set_up, network), set_up.precision);
  constexpr double kMomentsCounted = 2.0;  // training_memory() counts Adam's
  MemoryNeed need;
  need.weights = one.weights;
  need.gradients = one.gradients;
  need.optimizer = one.optimiser * states(set_up.optimizer) / kMomentsCounted;
  need.activations = one.activations * static_cast<double>(set_up.batch_size);
  if (set_up.checkpointing && !network.operators.empty()) {
    // One segment of the square root of all operators is held beside the segments' ends.
    const auto operators = static_cast<double>(network.operators.size());
    need.activations *= std::min(1.0, 2.0 / std::sqrt(operators));
  }
  need.framework = kFrameworkBytes;
  need.available = gpu.memory_gb * kBytesPerGib;
  return need;
}

}  // namespace joulecast::pre
