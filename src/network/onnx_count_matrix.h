// Multiply-accumulates: convolutions, matrix products, recurrent layers.
#pragma once

#include <optional>

#include "network/onnx_count.h"

namespace joulecast::network {

/// Fills kind, MACs, FLOPs, kernels and channels. No value: not an operator of these. Error: one
/// clause, what contradicts.
std::optional<Status> count_matrix(const NodeValues& values, Operator& op);

}  // namespace joulecast::network
