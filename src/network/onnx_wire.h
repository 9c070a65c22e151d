// An ONNX file's bytes without its weights, before anything parses them.
#pragma once

#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::network {

/// The model in `bytes`, in protobuf's wire format, without documentation and without the contents
/// of tensors above 4 KiB (their dimensions stay). Only the bytes that stay are touched. Errors:
/// not ONNX, cut off, nested too deeply, more graph than any network has. Thread-safe.
Result<std::string> without_weights(std::string_view bytes, std::string_view name);

}  // namespace joulecast::network
