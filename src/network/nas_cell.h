// NAS-Bench-101's networks (Ying et al. 2019, arXiv:1902.09635) by formula: a cell in the skeleton
// that EC-NAS-Bench trains on CIFAR-10.
#pragma once

#include <cstdint>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"

namespace joulecast::network {

struct CellOptions {
  std::int64_t batch_size = 1;
  std::int64_t height = 32, width = 32;
};

/// Whether a name begins as a cell's text does.
bool is_nas_cell(std::string_view name);

/// "cell [[0, 1, 1], [0, 0, 1], [0, 0, 0]] [-1, 0, -2]": which vertex feeds which (upper
/// triangular, 2 to 7 vertices), and the operation of each: -1 input, 0 convolution 3 x 3, 1
/// convolution 1 x 1, 2 max pooling 3 x 3, -2 output. Ten classes. Errors: not such a text, or a
/// vertex that lies on no way from input to output. Safe from any thread.
Result<Network> nas_cell(std::string_view text, const CellOptions& options = {});

}  // namespace joulecast::network
