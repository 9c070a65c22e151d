// Which operators transfer learning replaces.
#pragma once

#include <cstdint>
#include <vector>

#include "joulecast/network/network.h"
#include "network/onnx_tensor.h"

namespace joulecast::network {

/// What an operator reads and writes, beside the operator itself.
struct Trace {
  std::vector<int> sources;  ///< The operators that wrote its activations.
  Dims output;
};

/// Marks the classifier that ends at operator `last`: back from there to the last global pooling or
/// flattening, or, where there is none, the last linear layer and what follows it. A network that
/// ends in a feature map has no head. Says too whether the network takes another.
void mark_head(Network& network, const std::vector<Trace>& traces, int last);

}  // namespace joulecast::network
