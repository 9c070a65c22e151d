#include "network/network_memory.h"

#include <algorithm>

namespace joulecast::network {

TrainingMemory training_memory(const Network& network, Precision precision) {
  constexpr double kFloat = 4.0, kLeastGradient = 2.0, kMoments = 2.0;
  const double bytes = element_bytes(precision);
  const double copy = bytes < kFloat ? kFloat : 0.0;
  const Totals sum = totals(network, precision);
  TrainingMemory memory;
  memory.weights = (bytes + copy) * sum.parameters + kFloat * sum.buffers;
  memory.gradients = std::max(bytes, kLeastGradient) * sum.trainable_parameters;
  memory.optimiser = kMoments * kFloat * sum.trainable_parameters;
  bool trains = false;
  for (const Operator& op : network.operators) {
    if (!trains && op.trainable && op.parameters > 0.0) {
      trains = true;
      memory.activations += bytes * op.input_elements;  // its weights' gradient needs them
    }
    if (trains) memory.activations += totals(op, precision).activation_bytes;
  }
  return memory;
}

}  // namespace joulecast::network
