// What operators without matrix products cost: one table for graphs and formulas.
#pragma once

#include <string_view>

#include "joulecast/network/network.h"

namespace joulecast::network {

/// Of what the flops are counted a time each.
enum class FlopsPer { kOutput, kInput, kWindow };

struct OperatorRule {
  std::string_view type;  ///< As ONNX calls it.
  OperatorClass kind = OperatorClass::kElementWise;
  double flops = 0.0;  ///< An element.
  int kernels = 1;     ///< 0: a view.
  FlopsPer per = FlopsPer::kOutput;
};

/// nullptr: an operator without a rule.
const OperatorRule* find_operator_rule(std::string_view type);

}  // namespace joulecast::network
