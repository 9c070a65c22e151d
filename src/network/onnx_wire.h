// An ONNX file's bytes without its weights, before anything parses them.
#pragma once

#include <string>
#include <string_view>

#include <onnx/onnx_pb.h>

#include "joulecast/base/result.h"

namespace joulecast::network {

/// The most that a graph may take in memory once it is parsed, by the estimate of memory_of().
inline constexpr std::size_t kMostGraphMemory = std::size_t{128} << 20U;

/// The model in `bytes`, in protobuf's wire format, without documentation and without the contents
/// of tensors that are no SmallTensor (their dimensions stay). Only the bytes that stay are
/// touched. Errors: not ONNX, cut off, nested too deeply, above kMostGraphMemory. Thread-safe.
Result<std::string> without_weights(std::string_view bytes, std::string_view name);

/// What one more of it takes in memory, in bytes, about and rather too much.
std::size_t memory_of(const ONNX_NAMESPACE::FunctionProto& function);
std::size_t memory_of(const ONNX_NAMESPACE::AttributeProto& attribute);

}  // namespace joulecast::network
