#include "network/onnx_count_matrix.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "network/onnx_attributes.h"

namespace joulecast::network {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

double product(const Dims& dims, std::size_t from) {
  double all = 1.0;
  for (std::size_t i = from; i < dims.size(); ++i) all *= real(dims[i]);
  return all;
}

double per_sample(const NodeValues& values, double count) {
  return count / real(values.batch_size);
}

void set_macs(Operator& op, double macs) {
  op.macs = macs;
  op.flops = 2.0 * macs;
}

void set_kernel(const NodeValues& values, const Dims& weight, Operator& op) {
  const auto sides = static_cast<double>(weight.size() - 2);
  op.kernel_size = std::pow(product(weight, 2), 1.0 / sides);
  const auto strides = integers_attribute(*values.node, "strides");
  op.stride =
      strides.empty() ? 1 : static_cast<int>(*std::max_element(strides.begin(), strides.end()));
}

Status count_convolution(const NodeValues& values, bool transposed, Operator& op) {
  const Dims& in = values.input(0);
  const Dims& weight = values.input(1);
  const Dims& out = values.output();
  if (in.size() < 3 || weight.size() != in.size() || out.size() != in.size()) {
    return Error{"has an image and a kernel of different ranks"};
  }
  const std::int64_t groups = integer_attribute(*values.node, "group", 1);
  const std::int64_t group_in = transposed ? in[1] / groups : weight[1];
  // As doubles: a file may claim sizes whose product is above 2^63.
  if (transposed ? weight[0] != in[1] : real(group_in) * real(groups) != real(in[1])) {
    return Error{"has a kernel for another number of channels than reach it"};
  }
  op.kind = groups > 1 && group_in == 1 ? OperatorClass::kDepthwiseConvolution
                                        : OperatorClass::kConvolution;
  set_macs(op,
           transposed ? product(in, 0) * product(weight, 1) : product(out, 0) * product(weight, 1));
  op.in_channels = real(in[1]);
  op.out_channels = real(out[1]);
  op.positions = product(out, 2);
  set_kernel(values, weight, op);
  return {};
}

void set_product(const NodeValues& values, double rows, double inner, double columns,
                 Operator& op) {
  const bool weights = values.constant_input(0) || values.constant_input(1);
  op.kind = weights ? OperatorClass::kGemm : OperatorClass::kAttention;
  set_macs(op, rows * inner * columns);
  op.kernel_size = 1.0;
  op.in_channels = inner;
  op.out_channels = columns;
  op.positions = per_sample(values, rows);
}

Status count_gemm(const NodeValues& values, Operator& op) {
  const Dims& a = values.input(0);
  const Dims& b = values.input(1);
  if (a.size() != 2 || b.size() != 2) return Error{"multiplies tensors that are no matrices"};
  const bool turned_a = integer_attribute(*values.node, "transA", 0) != 0;
  const bool turned_b = integer_attribute(*values.node, "transB", 0) != 0;
  const std::int64_t inner = turned_a ? a[0] : a[1];
  if (inner != (turned_b ? b[1] : b[0])) {
    return Error{"multiplies matrices of different inner sizes"};
  }
  set_product(values, real(turned_a ? a[1] : a[0]), real(inner), real(turned_b ? b[0] : b[1]), op);
  return {};
}

Status count_matmul(const NodeValues& values, Operator& op) {
  const Dims& a = values.input(0);
  const Dims& b = values.input(1);
  if (a.empty() || b.empty()) return Error{"multiplies single numbers"};
  const std::int64_t inner = a.back();
  if (inner != (b.size() == 1 ? b[0] : b[b.size() - 2])) {
    return Error{"multiplies matrices of different inner sizes"};
  }
  const double columns = b.size() == 1 ? 1.0 : real(b.back());
  const double all = values.outputs.front()->elements();
  set_product(values, columns > 0.0 ? all / columns : 0.0, real(inner), columns, op);
  return {};
}

/// Every index once: what a naive loop would do, and for two operands what a matrix product does.
Status count_einsum(const NodeValues& values, Operator& op) {
  const std::string equation = text_attribute(*values.node, "equation");
  std::map<char, std::int64_t> sizes;
  std::size_t operand = 0, axis = 0;
  for (const char letter : equation) {
    if (letter == '.') return Error{"has an equation with an ellipsis; export it without"};
    if (letter == '-') break;
    if (letter == ',') {
      ++operand;
      axis = 0;
    } else if (letter != ' ') {
      const Dims& dims = values.input(operand);
      if (axis >= dims.size()) return Error{"has an equation that does not fit its inputs"};
      sizes[letter] = std::max(sizes[letter], dims[axis++]);
    }
  }
  double all = 1.0;
  for (const auto& [letter, size] : sizes) all *= real(size);
  const double out = values.outputs.front()->elements();
  set_product(values, out, out > 0.0 ? all / out : 0.0, 1.0, op);
  if (!values.output().empty()) op.out_channels = real(values.output().back());
  if (op.out_channels > 0.0) op.positions = per_sample(values, out) / op.out_channels;
  return {};
}

Status count_recurrent(const NodeValues& values, Operator& op) {
  const Dims& in = values.input(0);
  const Dims& weight = values.input(1);      // directions, gates x hidden, inputs
  const Dims& recurrence = values.input(2);  // directions, gates x hidden, hidden
  if (in.size() != 3 || weight.size() != 3 || recurrence.size() != 3 || weight[2] != in[2] ||
      weight[1] != recurrence[1]) {
    return Error{"has weights that do not fit its input"};
  }
  const std::int64_t layout = integer_attribute(*values.node, "layout", 0);
  const double steps = real(layout == 0 ? in[0] : in[1]);
  const double directions = real(weight[0]);
  op.kind = OperatorClass::kRecurrent;
  set_macs(op, real(in[0]) * real(in[1]) * directions * real(weight[1]) *
                   (real(weight[2]) + real(recurrence[2])));
  op.in_channels = real(in[2]);
  op.out_channels = directions * real(recurrence[2]);
  op.positions = steps;
  // One product for all steps' inputs, then a product and the gates for each step.
  constexpr double kMostKernels = 1e6;
  op.kernels = static_cast<int>(std::min(kMostKernels, directions * (1.0 + 2.0 * steps)));
  return {};
}

/// ONNX's fused attention: rank 4 (batch, heads, tokens, features) or rank 3 (batch, tokens, all).
Status count_attention(const NodeValues& values, Operator& op) {
  const Dims& query = values.input(0);
  const Dims& key = values.input(1);
  const Dims& value = values.input(2);
  const std::size_t rank = query.size();
  if ((rank != 3 && rank != 4) || key.size() != rank || value.size() != rank) {
    return Error{"has queries, keys and values of other ranks than 3 or 4"};
  }
  const double heads =
      real(rank == 4 ? query[1] : integer_attribute(*values.node, "q_num_heads", 1));
  const double value_heads =
      rank == 4 ? 1.0 : real(integer_attribute(*values.node, "kv_num_heads", 1));
  const double tokens = real(query[rank - 2]);
  double keys = real(key[rank - 2]);
  if (values.inputs.size() > 4 && values.inputs[4] != nullptr) {  // past keys, before these
    const Dims& past = values.input(4);
    if (past.size() == 4) keys += real(past[2]);
  }
  const double query_features = real(query.back()) / (rank == 4 ? 1.0 : heads);
  const double value_features = real(value.back()) / value_heads;
  op.kind = OperatorClass::kAttention;
  set_macs(op, real(query[0]) * heads * tokens * keys * (query_features + value_features));
  op.kernel_size = 1.0;
  op.in_channels = query_features;
  op.out_channels = keys;
  op.positions = heads * tokens;
  op.kernels = 3;  // scores, soft-max, sums
  return {};
}

}  // namespace

std::optional<Status> count_matrix(const NodeValues& values, Operator& op) {
  const std::string& type = values.type();
  if (type == "Conv") return count_convolution(values, false, op);
  if (type == "ConvTranspose") return count_convolution(values, true, op);
  if (type == "Gemm") return count_gemm(values, op);
  if (type == "MatMul") return count_matmul(values, op);
  if (type == "Einsum") return count_einsum(values, op);
  if (type == "LSTM" || type == "GRU" || type == "RNN") return count_recurrent(values, op);
  if (type == "Attention") return count_attention(values, op);
  return std::nullopt;
}

}  // namespace joulecast::network
