// Small tensors whose values are known while reading: sizes, axes, indices. Graphs compute shapes
// with them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <onnx/onnx_pb.h>

namespace joulecast::network {

using Dims = std::vector<std::int64_t>;

/// The most elements that a SmallTensor may have.
inline constexpr std::int64_t kSmallTensor = 256;
/// Above this no machine holds a tensor.
inline constexpr std::int64_t kMostElements = std::int64_t{1} << 44U;

/// The product; no value: a negative size, or above kMostElements.
std::optional<std::int64_t> element_count(std::span<const std::int64_t> dims);

/// Rank 0 or 1; integers and truth values in `integers`, floating-point numbers in `reals`.
struct SmallTensor {
  int type = 0;  ///< TensorProto::DataType
  Dims dims;
  std::vector<std::int64_t> integers;
  std::vector<double> reals;

  bool real() const;
  std::size_t size() const { return real() ? reals.size() : integers.size(); }
};

/// Whether elements of this TensorProto::DataType are floating-point numbers of any width.
bool is_real(int data_type);

/// No value: above kSmallTensor, rank above 1, a type without arithmetic here, or the file does not
/// have as many elements as it says.
std::optional<SmallTensor> read_small(const ONNX_NAMESPACE::TensorProto& proto);

ONNX_NAMESPACE::TensorProto to_proto(const SmallTensor& tensor);

}  // namespace joulecast::network
