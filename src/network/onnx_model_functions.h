// The local functions of a model, put where they are called.
#pragma once

#include <cstdint>
#include <string_view>

#include <onnx/onnx_pb.h>

#include "joulecast/base/result.h"

namespace joulecast::network {

/// The most nodes of a model, functions inlined.
inline constexpr std::int64_t kMostNodes = 200'000;

/// Errors: above kMostNodes or kMostGraphMemory once that is done (it is found before), functions
/// that call themselves, two of one name.
Status inline_functions(ONNX_NAMESPACE::ModelProto& model, std::string_view name);

}  // namespace joulecast::network
