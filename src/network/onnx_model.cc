#include "network/onnx_model.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "network/onnx_model_functions.h"

namespace joulecast::network {

using ONNX_NAMESPACE::ModelProto;

int default_opset(const ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (import.domain().empty() || import.domain() == "ai.onnx") {
      return static_cast<int>(std::clamp<std::int64_t>(import.version(), 0, 1'000'000));
    }
  }
  return 0;
}

Result<ModelProto> parse_model(std::string_view bytes, std::string_view name) {
  // Protobuf writes to stderr before it throws; the exception has the same words.
  static std::once_flag once;
  std::call_once(once, [] { google::protobuf::SetLogHandler(nullptr); });
  ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model.has_graph()) {
    return Error{fmt::format("{}: not an ONNX file, or damaged; export the network again", name)};
  }
  const int opset = default_opset(model);
  if (opset < 1) {
    return Error{fmt::format("{}: says no opset; export the network again", name)};
  }
  if (opset > newest_onnx_opset()) {
    return Error{fmt::format(
        "{}: needs opset {}, and {} is the newest known here; export it with opset_version={}",
        name, opset, newest_onnx_opset(), newest_onnx_opset())};
  }
  if (auto status = inline_functions(model, name); !status) return status.error();
  if (model.graph().node().empty()) {
    return Error{fmt::format("{}: its graph has no operators", name)};
  }
  return model;
}

}  // namespace joulecast::network
