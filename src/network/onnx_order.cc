#include "network/onnx_order.h"

#include <fmt/format.h>

#include <functional>
#include <queue>
#include <string>
#include <unordered_map>

#include "base/text.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;

/// Calls `use` for every name that a node reads, in its subgraphs too.
void each_read(const NodeProto& node, const std::function<void(const std::string&)>& use) {
  for (const auto& name : node.input()) use(name);
  for (const auto& attribute : node.attribute()) {
    if (!attribute.has_g()) continue;
    for (const NodeProto& inner : attribute.g().node()) each_read(inner, use);
    for (const auto& output : attribute.g().output()) use(output.name());
  }
}

struct Links {
  std::unordered_map<std::string, int> writers;
  std::vector<std::vector<int>> readers;
  std::vector<int> missing;  // how many reads of a node are not written yet
};

Status link(const GraphProto& graph, std::string_view file, Links& links) {
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const auto& output : graph.node(i).output()) {
      if (!output.empty() && !links.writers.emplace(output, i).second) {
        return Error{
            fmt::format("{}: two operators write {}; export it again", file, quoted(output))};
      }
    }
  }
  const auto count = static_cast<std::size_t>(graph.node_size());
  links.readers.resize(count);
  links.missing.resize(count);
  for (int i = 0; i < graph.node_size(); ++i) {
    each_read(graph.node(i), [&](const std::string& name) {
      const auto writer = links.writers.find(name);
      if (writer == links.writers.end()) return;
      links.readers[static_cast<std::size_t>(writer->second)].push_back(i);
      ++links.missing[static_cast<std::size_t>(i)];
    });
  }
  return {};
}

}  // namespace

Result<std::vector<int>> order_nodes(const GraphProto& graph, std::string_view file) {
  Links links;
  if (auto status = link(graph, file, links); !status) return status.error();
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (links.missing[static_cast<std::size_t>(i)] == 0) ready.push(i);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const int reader : links.readers[static_cast<std::size_t>(next)]) {
      if (--links.missing[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
    }
  }
  if (order.size() == links.missing.size()) return order;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (links.missing[static_cast<std::size_t>(i)] == 0) continue;
    return Error{fmt::format("{}: the operator {} {} is part of a cycle; no network has one", file,
                             printable(graph.node(i).op_type()), quoted(graph.node(i).name()))};
  }
  return order;
}

}  // namespace joulecast::network
