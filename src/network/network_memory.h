// What a GPU must hold to train a network.
#pragma once

#include "joulecast/network/network.h"

namespace joulecast::network {

/// Bytes. With Adam, nothing recomputed, nothing shared out among GPUs; without the framework's own
/// memory and its work space.
struct TrainingMemory {
  double weights = 0.0;      ///< With buffers; below 4 bytes an element a float32 copy beside them.
  double gradients = 0.0;    ///< In the network's precision, but of 2 bytes at least.
  double optimiser = 0.0;    ///< Adam's two moments in float32.
  double activations = 0.0;  ///< What the first operator that trains reads, and outputs from it on.

  double total() const { return weights + gradients + optimiser + activations; }
};

TrainingMemory training_memory(const Network& network, Precision precision);

}  // namespace joulecast::network
