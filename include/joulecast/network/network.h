// A network's graph once it is data: what its operators compute, move and hold. The entry of this
// room; onnx.h reads one from a file, named.h has those that most users train.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"

namespace joulecast::network {

/// What an operator does to a GPU, from the most compute-bound to the least.
enum class OperatorClass {
  kConvolution,           ///< Dense or grouped with more than one input channel a group.
  kDepthwiseConvolution,  ///< One input channel a group.
  kGemm,                  ///< Matrix product with weights (linear layer).
  kAttention,             ///< Matrix product of two activations.
  kNormalisation,         ///< Batch, layer, instance, group and RMS norm.
  kElementWise,           ///< Activations, additions, scalings, soft-max.
  kReduction,             ///< Pooling, means, sums.
  kRecurrent,             ///< RNN, LSTM and GRU, all time steps of one layer.
  kEmbedding,             ///< Rows of a table by index.
  kDataMovement,          ///< Concatenation, padding, transposition, slicing, copying.
};

inline constexpr std::array<std::string_view, 10> kOperatorClassNames = {
    "convolution",   "depthwise convolution", "GEMM",      "attention",
    "normalisation", "element-wise",          "reduction", "recurrent",
    "embedding",     "data movement"};

constexpr std::string_view to_string(OperatorClass kind) {
  return kOperatorClassNames[static_cast<std::size_t>(kind)];
}

/// One operator, forward, at the network's batch size. Operators that only compute shapes or touch
/// nothing but constants are not operators here: a framework does them once, on the host.
struct Operator {
  std::string name;  ///< The layer's; unique within the network, never empty.
  std::string type;  ///< As ONNX calls it: "Conv", "Gemm", "BatchNormalization", "Relu", ...
  OperatorClass kind = OperatorClass::kElementWise;

  double macs = 0.0;   ///< Multiply-accumulates of convolutions and matrix products; else 0.
  double flops = 0.0;  ///< 2 a MAC; other operators: arithmetic operations an output element.

  double input_elements = 0.0;   ///< Of activations read (parameters are counted apart).
  double output_elements = 0.0;  ///< Of activations written; all outputs.
  double parameters = 0.0;       ///< Elements that training may change (weights, biases, scales).
  double buffers = 0.0;          ///< Elements kept beside them: running means and variances.
  int parameter_tensors = 0;     ///< In how many tensors the parameters lie.
  bool trainable = true;         ///< False once frozen; see freeze().

  int kernels = 1;  ///< Launched on the GPU, forward; 0 for views (Reshape, Identity, Flatten).

  /// Of convolutions and matrix products, else 0. Per sample: `positions` output positions times
  /// `out_channels`; a linear layer on S tokens has S positions.
  double kernel_size = 0.0;  ///< Geometric mean of a kernel's sides; 1 for matrix products.
  int stride = 1;
  double in_channels = 0.0;   ///< All groups together; the inner dimension of a matrix product.
  double out_channels = 0.0;  ///< All groups together.
  double positions = 0.0;

  bool in_head = false;  ///< The classifier that transfer learning replaces; see with_head().
};

struct Network {
  std::string name;
  std::string origin;  ///< One line: the file, or framework, version and definition.
  std::int64_t batch_size = 1;
  /// Of one sample as the first input has it, without the batch: channels, height, width in
  /// either order, or tokens.
  std::vector<std::int64_t> input_shape;
  double input_elements = 0.0;      ///< Of one sample, all inputs.
  std::vector<Operator> operators;  ///< In an order in which they can run.
  /// What could not be counted exactly and how it was counted; for the user.
  std::vector<std::string> notes;
  /// Whether another head can follow: there is a classifier to replace, or features end it.
  bool takes_head = true;
};

struct Totals {
  double macs = 0.0, flops = 0.0;
  double parameters = 0.0, trainable_parameters = 0.0, buffers = 0.0;
  double read_bytes = 0.0, written_bytes = 0.0;  ///< Forward, parameters too.
  /// Outputs kept for the backward pass when everything trains.
  double activation_bytes = 0.0;
  std::int64_t kernels = 0, operators = 0;
};

/// Bytes of one element of activations and weights: float32 4, float16 and bfloat16 2, float8 1.
enum class Precision { kFp32, kTf32, kFp16, kBf16, kFp8 };

inline constexpr std::array<std::string_view, 5> kPrecisionNames = {"fp32", "tf32", "fp16", "bf16",
                                                                    "fp8"};
constexpr std::string_view to_string(Precision precision) {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}
constexpr double element_bytes(Precision precision) {
  constexpr std::array<double, 5> kBytes = {4.0, 4.0, 2.0, 2.0, 1.0};
  return kBytes[static_cast<std::size_t>(precision)];
}

Totals totals(const Network& network, Precision precision = Precision::kFp32);
Totals totals(const Operator& op, Precision precision = Precision::kFp32);

/// Freezes the first `share` (0 to 1) of the operators that have parameters and are no head, as
/// transfer learning does; their parameters stay but do not train.
void freeze(Network& network, double share);

/// A classifier put in place of the network's own.
struct Head {
  enum class Pooling { kGlobalAverage, kFlatten };
  Pooling pooling = Pooling::kGlobalAverage;
  std::vector<std::int64_t> units;  ///< Of its dense layers, in order; the last are the classes.
  bool batch_norm = false;          ///< After each dense layer but the last.
};

/// Replaces the network's head: all operators marked in_head go, and the pooling and dense layers
/// of `head` come after what fed them. A network that ends in a feature map (Keras'
/// include_top=False) only gets the head. `feature_channels` and `feature_positions` are found from
/// the last operator that remains. Every unit must be above 0. Error, and nothing changed: the
/// network takes no head.
Status replace_head(Network& network, const Head& head);

}  // namespace joulecast::network
