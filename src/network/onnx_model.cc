#include "network/onnx_model.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/inliner/inliner.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/text.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

/// How many nodes there will be once every function is inlined, found before that is done: ten
/// functions that each call the next ten times are ten thousand million nodes.
class NodeCounter {
 public:
  explicit NodeCounter(const ModelProto& model) {
    for (const auto& function : model.functions()) {
      unique_ =
          functions_.emplace(id(function.domain(), function.name(), function.overload()), &function)
              .second &&
          unique_;
    }
  }

  bool unique() const { return unique_; }

  /// No value: above kMostNodes, or a function that calls itself.
  template <typename Nodes>
  std::optional<std::int64_t> count(const Nodes& nodes, int depth = 0) {
    std::int64_t sum = 0;
    for (const NodeProto& node : nodes) {
      const auto one = count_node(node, depth);
      if (!one) return std::nullopt;
      sum += *one;
      if (sum > kMostNodes) return std::nullopt;
    }
    return sum;
  }

 private:
  static constexpr int kDeepest = 64;

  static std::string id(const std::string& domain, const std::string& name,
                        const std::string& overload) {
    return domain + '\n' + name + '\n' + overload;
  }

  std::optional<std::int64_t> count_node(const NodeProto& node, int depth) {
    if (depth > kDeepest) return std::nullopt;
    std::int64_t sum = 1;
    for (const auto& attribute : node.attribute()) {
      for (const GraphProto& graph : attribute.graphs()) {
        const auto inner = count(graph.node(), depth + 1);
        if (!inner) return std::nullopt;
        sum += *inner;
      }
      if (!attribute.has_g()) continue;
      const auto inner = count(attribute.g().node(), depth + 1);
      if (!inner) return std::nullopt;
      sum += *inner;
    }
    const auto function = functions_.find(id(node.domain(), node.op_type(), node.overload()));
    if (function == functions_.end()) return sum;
    const auto known = counted_.find(function->second);
    if (known != counted_.end()) return sum + known->second;
    const auto body = count(function->second->node(), depth + 1);
    if (!body) return std::nullopt;
    counted_.emplace(function->second, *body);
    return sum + *body;
  }

  std::map<std::string, const FunctionProto*> functions_;
  std::map<const FunctionProto*, std::int64_t> counted_;
  bool unique_ = true;
};

Status inline_functions(ModelProto& model, std::string_view name) {
  NodeCounter counter(model);
  if (!counter.unique()) {
    return Error{fmt::format("{}: has two functions of one name; export it again", name)};
  }
  if (!counter.count(model.graph().node())) {
    return Error{
        fmt::format("{}: has more than {} operators, or functions that call themselves; no "
                    "network is that large",
                    name, kMostNodes)};
  }
  if (model.functions_size() == 0) return {};
  try {
    ONNX_NAMESPACE::inliner::InlineLocalFunctions(model);
  } catch (const std::exception& failure) {
    return Error{
        fmt::format("{}: a function in it cannot be inlined: {}", name, printable(failure.what()))};
  }
  return {};
}

}  // namespace

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
