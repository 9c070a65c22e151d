#include "network/onnx_head.h"

#include <algorithm>
#include <string_view>

namespace joulecast::network {
namespace {

/// Whether each sample is one row of features: all axes but the batch and one are 1.
bool is_vector(const Dims& dims) {
  if (dims.size() < 2) return false;
  return std::count_if(dims.begin() + 1, dims.end(), [](auto size) { return size > 1; }) <= 1;
}

bool selects(std::string_view type) {
  return type == "Gather" || type == "GatherND" || type == "Slice" || type == "Split" ||
         type == "Concat" || type == "Expand";
}

bool is_dense(const Operator& op) {
  return op.kind == OperatorClass::kGemm ||
         (op.kind == OperatorClass::kConvolution && op.positions <= 1.0);
}

/// Whether an operator makes one row of features of a map of them.
bool collapses(std::string_view type) {
  return type.starts_with("Global") || type == "ReduceMean" || type == "AveragePool" ||
         type == "Flatten" || type == "Reshape";
}

/// A 1 x 1 convolution that gives the classes before the pooling, as SqueezeNet's.
void mark_convolution(Network& network, const std::vector<Trace>& traces, int last) {
  for (int i = last; i >= 0;) {
    Operator& op = network.operators[static_cast<std::size_t>(i)];
    if (op.kind != OperatorClass::kElementWise && op.kind != OperatorClass::kConvolution) return;
    op.in_head = true;
    const auto& sources = traces[static_cast<std::size_t>(i)].sources;
    if (op.kind == OperatorClass::kConvolution || sources.size() != 1) return;
    i = sources[0];
  }
}

/// Rows made of several operators' at the end, such as a sum of scores: neither a classifier nor
/// features. Concatenated features are.
bool joins_rows(const Operator& op, const Trace& trace) {
  constexpr std::size_t kRow = 2;
  return trace.output.size() <= kRow && trace.sources.size() > 1 && op.type != "Concat";
}

void mark_classifier(Network& network, const std::vector<Trace>& traces, int last) {
  std::vector<int> chain;  // from the end backward, as long as samples are rows of features
  std::size_t dense = 0;   // how much of it the last linear layer and what follows are
  bool collapsed = false;
  int before = -1;
  for (int i = last; i >= 0;) {
    const Operator& op = network.operators[static_cast<std::size_t>(i)];
    const Trace& trace = traces[static_cast<std::size_t>(i)];
    if (!is_vector(trace.output) || selects(op.type) || op.kind == OperatorClass::kEmbedding ||
        op.kind == OperatorClass::kAttention || op.kind == OperatorClass::kRecurrent) {
      break;
    }
    chain.push_back(i);
    if (dense == 0 && is_dense(op)) dense = chain.size();
    if (trace.sources.size() != 1) break;
    before = trace.sources[0];
    collapsed = !is_vector(traces[static_cast<std::size_t>(before)].output);
    if (collapsed) break;
    i = before;
  }
  if (chain.empty()) return;
  const Operator& first = network.operators[static_cast<std::size_t>(chain.back())];
  if (dense == 0 && !(collapsed && collapses(first.type))) return;
  if (!collapsed) chain.resize(dense);
  for (const int i : chain) network.operators[static_cast<std::size_t>(i)].in_head = true;
  if (dense == 0) mark_convolution(network, traces, before);
}

}  // namespace

void mark_head(Network& network, const std::vector<Trace>& traces, int last) {
  mark_classifier(network, traces, last);
  const bool marked = std::any_of(network.operators.begin(), network.operators.end(),
                                  [](const Operator& op) { return op.in_head; });
  if (marked || last < 0) return;
  const auto end = static_cast<std::size_t>(last);
  network.takes_head = !joins_rows(network.operators[end], traces[end]);
}

}  // namespace joulecast::network
