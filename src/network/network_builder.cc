#include "network/network_builder.h"

#include "network/operator_rules.h"

namespace joulecast::network {
namespace {

constexpr double kFlopsPerMac = 2.0;
double element_flops(std::string_view type) {
  const OperatorRule* rule = find_operator_rule(type);
  return rule == nullptr ? 1.0 : rule->flops;
}

double as_double(std::int64_t value) { return static_cast<double>(value); }

std::int64_t strided(std::int64_t size, std::int64_t stride) {
  return (size + stride - 1) / stride;
}

}  // namespace

Operator& NetworkBuilder::add(std::string name, std::string type, OperatorClass kind, double in,
                              double out) {
  Operator& op = network_.operators.emplace_back();
  op.name = std::move(name);
  op.type = std::move(type);
  op.kind = kind;
  op.input_elements = batch() * in;
  op.output_elements = batch() * out;
  op.in_head = in_head_;
  return op;
}

FeatureMap NetworkBuilder::convolution(std::string name, const FeatureMap& in,
                                       const ConvolutionShape& shape) {
  const FeatureMap out{.channels = shape.out_channels,
                       .height = strided(in.height, shape.stride),
                       .width = strided(in.width, shape.stride)};
  const auto kind =
      shape.depthwise ? OperatorClass::kDepthwiseConvolution : OperatorClass::kConvolution;
  Operator& op = add(std::move(name), "Conv", kind, in.elements(), out.elements());
  const double per_output = as_double(shape.kernel) * as_double(shape.kernel) *
                            (shape.depthwise ? 1.0 : as_double(in.channels));
  op.macs = op.output_elements * per_output;
  op.flops = kFlopsPerMac * op.macs;
  op.parameters = as_double(out.channels) * per_output;
  op.parameter_tensors = 1;
  op.kernel_size = as_double(shape.kernel);
  op.stride = static_cast<int>(shape.stride);
  op.in_channels = as_double(in.channels);
  op.out_channels = as_double(out.channels);
  op.positions = out.positions();
  return out;
}

void NetworkBuilder::batch_norm(std::string name, double elements, double channels) {
  Operator& op =
      add(std::move(name), "BatchNormalization", OperatorClass::kNormalisation, elements, elements);
  op.flops = element_flops(op.type) * op.output_elements;
  op.parameters = op.buffers = 2.0 * channels;
  op.parameter_tensors = 2;
}

void NetworkBuilder::token_norm(std::string name, double elements, double channels, bool bias) {
  Operator& op = add(std::move(name), bias ? "LayerNormalization" : "RMSNormalization",
                     OperatorClass::kNormalisation, elements, elements);
  op.flops = element_flops(op.type) * op.output_elements;
  op.parameter_tensors = bias ? 2 : 1;
  op.parameters = op.parameter_tensors * channels;
}

void NetworkBuilder::dense(std::string name, const DenseShape& shape) {
  const double weights = shape.in * shape.out;
  Operator& op = add(std::move(name), shape.bias ? "Gemm" : "MatMul", OperatorClass::kGemm,
                     shape.rows * shape.in, shape.rows * shape.out);
  op.macs = batch() * shape.rows * weights;
  op.flops = kFlopsPerMac * op.macs;
  if (shape.tied) {
    op.input_elements += weights;  // read, though another operator's parameters
  } else {
    op.parameters = weights + (shape.bias ? shape.out : 0.0);
    op.parameter_tensors = shape.bias ? 2 : 1;
  }
  op.kernel_size = 1.0;
  op.in_channels = shape.in;
  op.out_channels = shape.out;
  op.positions = shape.rows;
}

void NetworkBuilder::product(std::string name, const ProductShape& shape) {
  const double out = shape.count * shape.rows * shape.columns;
  Operator& op = add(std::move(name), "MatMul", OperatorClass::kAttention, shape.read, out);
  op.macs = op.output_elements * shape.inner;
  op.flops = kFlopsPerMac * op.macs;
  op.kernel_size = 1.0;
  op.in_channels = shape.inner;
  op.out_channels = shape.columns;
  op.positions = shape.count * shape.rows;
}

void NetworkBuilder::element_wise(std::string name, std::string type, double elements,
                                  double inputs) {
  const double flops = element_flops(type);
  Operator& op = add(std::move(name), std::move(type), OperatorClass::kElementWise,
                     inputs * elements, elements);
  op.flops = flops * op.output_elements;
}

FeatureMap NetworkBuilder::max_pool(std::string name, const FeatureMap& in,
                                    const PoolShape& shape) {
  const FeatureMap out{.channels = in.channels,
                       .height = strided(in.height, shape.stride),
                       .width = strided(in.width, shape.stride)};
  Operator& op =
      add(std::move(name), "MaxPool", OperatorClass::kReduction, in.elements(), out.elements());
  op.flops = op.output_elements * as_double(shape.kernel) * as_double(shape.kernel);
  op.stride = static_cast<int>(shape.stride);
  return out;
}

void NetworkBuilder::global_average(std::string name, const FeatureMap& in) {
  Operator& op = add(std::move(name), "GlobalAveragePool", OperatorClass::kReduction, in.elements(),
                     as_double(in.channels));
  op.flops = op.input_elements;
}

void NetworkBuilder::embedding(std::string name, double rows, double entries, double width) {
  // Reads an index and a row for each of its rows, not the table.
  Operator& op = add(std::move(name), "Gather", OperatorClass::kEmbedding, rows, rows * width);
  op.parameters = entries * width;
  op.parameter_tensors = 1;
}

void NetworkBuilder::move(std::string name, std::string type, double elements) {
  add(std::move(name), std::move(type), OperatorClass::kDataMovement, elements, elements);
}

}  // namespace joulecast::network
