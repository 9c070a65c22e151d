#include "joulecast/network/network.h"

#include <algorithm>
#include <cmath>

namespace joulecast::network {

Totals totals(const Operator& op, Precision precision) {
  const double bytes = element_bytes(precision);
  Totals sum;
  sum.macs = op.macs;
  sum.flops = op.flops;
  sum.parameters = op.parameters;
  sum.trainable_parameters = op.trainable ? op.parameters : 0.0;
  sum.buffers = op.buffers;
  // Of a table only the rows that are asked for.
  const double weights = op.kind == OperatorClass::kEmbedding
                             ? std::min(op.parameters, op.output_elements)
                             : op.parameters;
  sum.read_bytes = bytes * (op.input_elements + weights + op.buffers);
  sum.written_bytes = bytes * op.output_elements;
  // A view's output is its input.
  sum.activation_bytes = op.kernels > 0 ? bytes * op.output_elements : 0.0;
  sum.kernels = op.kernels;
  sum.operators = 1;
  return sum;
}

Totals totals(const Network& network, Precision precision) {
  Totals sum;
  for (const Operator& op : network.operators) {
    const Totals one = totals(op, precision);
    sum.macs += one.macs;
    sum.flops += one.flops;
    sum.parameters += one.parameters;
    sum.trainable_parameters += one.trainable_parameters;
    sum.buffers += one.buffers;
    sum.read_bytes += one.read_bytes;
    sum.written_bytes += one.written_bytes;
    sum.activation_bytes += one.activation_bytes;
    sum.kernels += one.kernels;
    sum.operators += one.operators;
  }
  return sum;
}

void freeze(Network& network, double share) {
  double layers = 0.0;
  for (const Operator& op : network.operators) {
    if (op.parameters > 0.0 && !op.in_head) layers += 1.0;
  }
  const double frozen = std::round(share * layers);
  double seen = 0.0;
  for (Operator& op : network.operators) {
    if (op.parameters > 0.0 && !op.in_head && seen++ < frozen) op.trainable = false;
  }
}

}  // namespace joulecast::network
