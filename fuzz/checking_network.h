// What every network that was read must keep, whatever it was read from.
#pragma once

#include <cmath>
#include <set>
#include <string>

#include "checking_sink.h"
#include "joulecast/network/network.h"

namespace joulecast::fuzz {

inline void check(const Result<network::Network>& read) {
  if (!read) {
    require(!read.error().message.empty(), "an error says what it is");
    require(read.error().message.find('\n') == std::string::npos, "an error is one line");
    return;
  }
  std::set<std::string> names;
  for (const network::Operator& op : read->operators) {
    require(!op.name.empty() && names.insert(op.name).second, "names are unique");
    for (const double number : {op.macs, op.flops, op.input_elements, op.output_elements,
                                op.parameters, op.buffers, op.kernel_size, op.positions}) {
      require(std::isfinite(number) && number >= 0.0, "counts are numbers");
    }
    require(op.kernels >= 0 && op.stride >= 1, "kernels and strides are counts");
  }
}

}  // namespace joulecast::fuzz
