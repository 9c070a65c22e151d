// An ONNX model once it is parsed: its opset is known here, its functions are inlined, its inputs
// have the sizes that were asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <onnx/onnx_pb.h>

#include "joulecast/base/result.h"
#include "joulecast/network/onnx.h"

namespace joulecast::network {

/// Parses what without_weights() left. Errors: see read_onnx().
Result<ONNX_NAMESPACE::ModelProto> parse_model(std::string_view bytes, std::string_view name);

/// The opset of the default domain that the model asks for.
int default_opset(const ONNX_NAMESPACE::ModelProto& model);

struct BoundInputs {
  /// What the file had before: the fixed batch of its first input, 0 if it was free.
  std::int64_t file_batch = 0;
  std::string file_batch_symbol;  ///< Its name, if it was free.
  int batch_axis = 0;             ///< Of that input: 1 where the sequence comes first.
  /// Whether a size that the file fixes was replaced.
  bool changed = false;
};

/// Gives every input its sizes. Errors: a size that nothing names, one that no input has.
Result<BoundInputs> bind_inputs(ONNX_NAMESPACE::GraphProto& graph, const OnnxOptions& options,
                                std::string_view name);

}  // namespace joulecast::network
