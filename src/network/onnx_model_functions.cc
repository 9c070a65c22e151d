#include "network/onnx_model_functions.h"

#include <fmt/format.h>
#include <onnx/inliner/inliner.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "base/text.h"
#include "network/onnx_wire.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

/// Doubles: they cannot overflow, and above 2^53 the answer is no anyway.
struct Size {
  double nodes = 0.0;
  double names = 0.0;       // each may become the name that a caller passes
  double references = 0.0;  // attributes, each of which becomes one that a caller passes
  double added = 0.0;       // bytes of memory, beside those of the nodes themselves

  Size& operator+=(const Size& other) {
    nodes += other.nodes;
    names += other.names;
    references += other.references;
    added += other.added;
    return *this;
  }
};

/// How large a model will be once every function is inlined, found before that is done: ten
/// functions that each call the next ten times are ten thousand million nodes.
class Sizer {
 public:
  explicit Sizer(const ModelProto& model) {
    for (const auto& function : model.functions()) {
      unique_ =
          functions_.emplace(id(function.domain(), function.name(), function.overload()), &function)
              .second &&
          unique_;
    }
  }

  bool unique() const { return unique_; }

  /// No value: above kMostNodes or kMostGraphMemory, or a function that calls itself.
  template <typename Nodes>
  std::optional<Size> size(const Nodes& nodes, int depth = 0) {
    Size sum;
    for (const NodeProto& node : nodes) {
      const auto one = size_of_node(node, depth);
      if (!one) return std::nullopt;
      sum += *one;
      if (sum.nodes > static_cast<double>(kMostNodes) ||
          sum.added > static_cast<double>(kMostGraphMemory)) {
        return std::nullopt;
      }
    }
    return sum;
  }

 private:
  static constexpr int kDeepest = 64;

  static std::string id(const std::string& domain, const std::string& name,
                        const std::string& overload) {
    return domain + '\n' + name + '\n' + overload;
  }

  std::optional<Size> size_of_node(const NodeProto& node, int depth) {
    if (depth > kDeepest) return std::nullopt;
    Size sum;
    sum.nodes = 1.0;
    sum.names = 1.0 + node.input_size() + node.output_size();
    for (const auto& attribute : node.attribute()) {
      const auto graphs = size_of_graphs(attribute, depth);
      if (!graphs) return std::nullopt;
      sum += *graphs;
      if (!attribute.ref_attr_name().empty()) sum.references += 1.0;
    }
    const auto function = functions_.find(id(node.domain(), node.op_type(), node.overload()));
    if (function == functions_.end()) return sum;
    const auto call = size_of_call(node, *function->second, depth);
    if (!call) return std::nullopt;
    sum += *call;
    return sum;
  }

  std::optional<Size> size_of_graphs(const AttributeProto& attribute, int depth) {
    Size sum;
    const auto add = [&](const GraphProto& graph) {
      const auto inner = size(graph.node(), depth + 1);
      if (!inner) return false;
      sum += *inner;
      // Inputs, outputs and initializers are renamed as well.
      sum.names += graph.input_size() + graph.output_size() + graph.initializer_size();
      return true;
    };
    if (attribute.has_g() && !add(attribute.g())) return std::nullopt;
    if (!std::all_of(attribute.graphs().begin(), attribute.graphs().end(), add)) {
      return std::nullopt;
    }
    return sum;
  }

  /// What a call adds to the size of its own node.
  std::optional<Size> size_of_call(const NodeProto& node, const FunctionProto& function,
                                   int depth) {
    auto known = sizes_.find(&function);
    if (known == sizes_.end()) {
      auto body = size(function.node(), depth + 1);
      if (!body) return std::nullopt;
      body->added += static_cast<double>(memory_of(function));
      known = sizes_.emplace(&function, *body).first;
    }
    Size sum = known->second;
    constexpr double kSuffix = 16.0;  // makes a name unique
    sum.added += sum.names * (kSuffix + static_cast<double>(longest_name(node)));
    if (sum.references == 0.0) return sum;
    Size passed;
    for (const auto* attributes : {&node.attribute(), &function.attribute_proto()}) {
      for (const AttributeProto& attribute : *attributes) {
        const auto graphs = size_of_graphs(attribute, depth);
        if (!graphs) return std::nullopt;
        passed += *graphs;
        passed.added += static_cast<double>(memory_of(attribute));
      }
    }
    sum.nodes += sum.references * passed.nodes;
    sum.names += sum.references * passed.names;
    sum.added += sum.references * passed.added;
    sum.references += sum.references * passed.references;
    return sum;
  }

  static std::size_t longest_name(const NodeProto& node) {
    std::size_t longest = 0;
    for (const auto* names : {&node.input(), &node.output()}) {
      for (const std::string& name : *names) longest = std::max(longest, name.size());
    }
    return longest;
  }

  std::map<std::string, const FunctionProto*> functions_;
  std::map<const FunctionProto*, Size> sizes_;
  bool unique_ = true;
};

}  // namespace

Status inline_functions(ModelProto& model, std::string_view name) {
  Sizer sizer(model);
  if (!sizer.unique()) {
    return Error{fmt::format("{}: has two functions of one name; export it again", name)};
  }
  if (!sizer.size(model.graph().node())) {
    return Error{
        fmt::format("{}: has more than {} operators or {} MB with its functions inlined, or "
                    "functions that call themselves; no network is that large",
                    name, kMostNodes, kMostGraphMemory >> 20U)};
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

}  // namespace joulecast::network
