// ONNX's operator schemas, each made when a network first uses it: making all of them would take
// longer than reading most networks.
#pragma once

#include <onnx/defs/schema.h>

namespace joulecast::network {

/// Schemas of the default domain. Lives as long as the program; thread-safe.
const ONNX_NAMESPACE::ISchemaRegistry& onnx_schemas();

}  // namespace joulecast::network
