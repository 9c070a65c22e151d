#include "joulecast/network/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "network/network_builder.h"

namespace joulecast::network {
namespace {

constexpr std::int64_t kMostUnits = 10'000'000;

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.push_back(to_lower(trim(text.substr(0, comma))));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

Error not_a_head(std::string_view text, std::string_view why) {
  return {fmt::format("{} is not a head: {}; such as 512,1 or flatten,2048,bn,1024,bn,102",
                      quoted(text), why)};
}

bool leaves_one_position(const Operator& op) {
  return op.type.starts_with("Global") || op.type.starts_with("Reduce") || op.type == "Gather" ||
         op.type == "Slice";
}

bool is_pooling(const Operator& op) {
  return op.type == "MaxPool" || op.type == "AveragePool" || op.type == "LpPool";
}

// Whether `op` spreads what reaches it, such as the weights of channels, over a larger map.
bool spreads(const Operator& op, const FeatureMap& map, double elements) {
  return (op.type == "Mul" || op.type == "Add") && elements > map.elements();
}

// What one sample is once `op` has run on `map`; a map's positions are all in its height. Only what
// is named here changes it: outputs alone do not tell, since a framework's own operators may have
// further ones as they train.
FeatureMap after(const Operator& op, const FeatureMap& map, double batch) {
  const double elements = op.output_elements / batch;
  if (op.positions > 0.0 && op.kind != OperatorClass::kAttention) {
    return {.channels = std::llround(op.out_channels), .height = std::llround(op.positions)};
  }
  if (leaves_one_position(op)) return {.channels = std::llround(elements)};
  if (is_pooling(op) || spreads(op, map, elements)) {
    const auto channels = static_cast<double>(std::max<std::int64_t>(1, map.channels));
    return {.channels = map.channels, .height = std::llround(elements / channels)};
  }
  if (op.type == "Concat") {
    return {.channels = std::llround(elements / map.positions()), .height = map.height};
  }
  return map;
}

FeatureMap features_of(const Network& network) {
  FeatureMap map{.channels = std::llround(network.input_elements)};
  const auto batch = static_cast<double>(network.batch_size);
  for (const Operator& op : network.operators) map = after(op, map, batch);
  return map;
}

}  // namespace

Result<Head> parse_head(std::string_view text) {
  Head head;
  std::vector<std::string> parts = parts_of(text);
  if (parts.front() == "flatten" || parts.front() == "average") {
    if (parts.front() == "flatten") head.pooling = Head::Pooling::kFlatten;
    parts.erase(parts.begin());
  }
  std::size_t norms = 0;
  bool after_units = false;
  for (const std::string& part : parts) {
    if (part == "bn") {
      if (!after_units) return not_a_head(text, "bn stands after a dense layer's units");
      ++norms;
      after_units = false;
      continue;
    }
    const auto units = parse_integer(part);
    if (!units || *units < 1 || *units > kMostUnits) {
      return not_a_head(text, fmt::format("{} is no number of units", quoted(part)));
    }
    head.units.push_back(*units);
    after_units = true;
  }
  if (head.units.empty()) return not_a_head(text, "it has no dense layer");
  if (!after_units) return not_a_head(text, "nothing stands after the last dense layer");
  if (norms != 0 && norms + 1 != head.units.size()) {
    return not_a_head(text, "bn stands after all dense layers but the last, or after none");
  }
  head.batch_norm = norms > 0;
  return head;
}

std::string to_string(const Head& head) {
  std::string text = head.pooling == Head::Pooling::kFlatten ? "flatten" : "average";
  for (std::size_t i = 0; i < head.units.size(); ++i) {
    text += fmt::format(",{}", head.units[i]);
    if (head.batch_norm && i + 1 < head.units.size()) text += ",bn";
  }
  return text;
}

Status replace_head(Network& network, const Head& head) {
  if (!network.takes_head) {
    return Error{
        fmt::format("{} does not end in a classifier that another head could replace; leave out "
                    "the head, or export the network up to its features",
                    network.name)};
  }
  std::erase_if(network.operators, [](const Operator& op) { return op.in_head; });
  const FeatureMap features = features_of(network);
  NetworkBuilder builder(std::move(network));
  builder.begin_head();
  double in = features.elements();
  if (head.pooling == Head::Pooling::kGlobalAverage && features.positions() > 1.0) {
    builder.global_average("head.pool", features);
    in = static_cast<double>(features.channels);
  }
  for (std::size_t i = 0; i < head.units.size(); ++i) {
    const auto units = static_cast<double>(head.units[i]);
    const std::string name = fmt::format("head.dense_{}", i + 1);
    builder.dense(name, {.in = in, .out = units});
    in = units;
    if (i + 1 == head.units.size()) break;
    builder.element_wise(name + ".relu", "Relu", units);
    if (head.batch_norm) builder.batch_norm(name + ".bn", units, units);
  }
  network = std::move(builder).take();
  return {};
}

}  // namespace joulecast::network
