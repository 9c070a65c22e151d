#include "network/nas_cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bounded_json.h"
#include "base/text.h"
#include "network/network_builder.h"

namespace joulecast::network {
namespace {

using Matrix = std::vector<std::vector<int>>;

constexpr std::string_view kPrefix = "cell ";
constexpr int kInput = -1, kOutput = -2;
enum class Operation { kConvolution3, kConvolution1, kMaxPool };

struct Cell {
  Matrix edges;
  std::vector<int> labels;
  std::size_t size() const { return labels.size(); }
  bool edge(std::size_t from, std::size_t to) const { return edges[from][to] != 0; }
};

std::optional<std::vector<int>> whole_numbers(const nlohmann::json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<int> numbers;
  for (const auto& each : json) {
    if (!each.is_number_integer()) return std::nullopt;
    const auto number = each.get<std::int64_t>();
    if (number < kOutput || number > static_cast<int>(Operation::kMaxPool)) return std::nullopt;
    numbers.push_back(static_cast<int>(number));
  }
  return numbers;
}

std::optional<Cell> parse(std::string_view text) {
  constexpr std::size_t kMostBytes = 1000;
  constexpr int kDeepest = 4;
  text.remove_prefix(kPrefix.size());
  const auto between = text.find("]]");
  if (between == std::string_view::npos || text.size() > kMostBytes) return std::nullopt;
  const auto edges = parse_bounded(text.substr(0, between + 2), kDeepest);
  const auto labels = parse_bounded(text.substr(between + 2), kDeepest);
  if (!edges || !labels || !edges->is_array()) return std::nullopt;
  Cell cell;
  for (const auto& row : *edges) {
    auto numbers = whole_numbers(row);
    if (!numbers) return std::nullopt;
    cell.edges.push_back(std::move(*numbers));
  }
  auto numbers = whole_numbers(*labels);
  if (!numbers) return std::nullopt;
  cell.labels = std::move(*numbers);
  return cell;
}

bool is_inner(int label) { return label >= 0; }

/// Square, upper triangular, of zeros and ones; input first, output last.
bool is_sound(const Cell& cell) {
  constexpr std::size_t kLeast = 2, kMost = 7;
  const std::size_t n = cell.size();
  if (n < kLeast || n > kMost || cell.edges.size() != n) return false;
  if (cell.labels.front() != kInput || cell.labels.back() != kOutput) return false;
  if (!std::all_of(cell.labels.begin() + 1, cell.labels.end() - 1, is_inner)) return false;
  for (std::size_t from = 0; from < n; ++from) {
    const std::vector<int>& row = cell.edges[from];
    if (row.size() != n) return false;
    const auto above = row.begin() + static_cast<std::ptrdiff_t>(from) + 1;
    const auto is_zero = [](int edge) { return edge == 0; };
    const auto is_bit = [](int edge) { return edge == 0 || edge == 1; };
    if (!std::all_of(row.begin(), above, is_zero)) return false;
    if (!std::all_of(above, row.end(), is_bit)) return false;
  }
  return true;
}

/// A vertex that nothing feeds or that feeds nothing: edges go forward only, so all others lie on a
/// way from input to output.
std::optional<std::size_t> idle_vertex(const Cell& cell) {
  const std::size_t n = cell.size();
  for (std::size_t v = 0; v < n; ++v) {
    bool fed = v == 0, feeds = v + 1 == n;
    for (std::size_t other = 0; other < n; ++other) {
      fed = fed || cell.edge(other, v);
      feeds = feeds || cell.edge(v, other);
    }
    if (!fed || !feeds) return v;
  }
  return std::nullopt;
}

/// What feeds the output shares its channels; what does not has the most of those that it feeds.
std::vector<std::int64_t> channels_of(const Cell& cell, std::int64_t in, std::int64_t out) {
  const std::size_t last = cell.size() - 1;
  std::vector<std::int64_t> channels(cell.size());
  channels.front() = in;
  channels.back() = out;
  std::int64_t feeding = 0;
  for (std::size_t v = 1; v < last; ++v) feeding += cell.edge(v, last) ? 1 : 0;
  std::int64_t left = feeding == 0 ? 0 : out % feeding;
  for (std::size_t v = 1; v < last; ++v) {
    if (cell.edge(v, last)) channels[v] = out / feeding + (left-- > 0 ? 1 : 0);
  }
  for (std::size_t v = last; v-- > 1;) {
    if (cell.edge(v, last)) continue;
    for (std::size_t to = v + 1; to < last; ++to) {
      if (cell.edge(v, to)) channels[v] = std::max(channels[v], channels[to]);
    }
  }
  return channels;
}

class Maker {
 public:
  Maker(const Cell& cell, const FeatureMap& image, Network network)
      : cell_(cell), image_(image), builder_(std::move(network)) {}

  Network make() && {
    constexpr std::int64_t kStem = 128, kClasses = 10;
    constexpr int kStacks = 3, kCells = 3;
    FeatureMap map = unit("stem", image_, kStem, 3);
    std::int64_t channels = kStem;
    for (int stack = 0; stack < kStacks; ++stack) {
      if (stack > 0) {
        map =
            builder_.max_pool(fmt::format("stack{}.pool", stack), map, {.kernel = 2, .stride = 2});
        channels *= 2;
      }
      for (int i = 0; i < kCells; ++i) {
        map = add_cell(fmt::format("stack{}.cell{}", stack, i), map, channels);
      }
    }
    builder_.begin_head();
    builder_.global_average("head.pool", map);
    builder_.dense("head.dense", {.in = static_cast<double>(map.channels), .out = kClasses});
    return std::move(builder_).take();
  }

 private:
  FeatureMap unit(const std::string& name, const FeatureMap& in, std::int64_t channels,
                  std::int64_t kernel) {
    const FeatureMap out =
        builder_.convolution(name + ".conv", in, {.out_channels = channels, .kernel = kernel});
    builder_.batch_norm(name + ".bn", out.elements(), static_cast<double>(out.channels));
    builder_.element_wise(name + ".relu", "Relu", out.elements());
    return out;
  }

  FeatureMap operation(const std::string& name, const FeatureMap& in, int label) {
    switch (static_cast<Operation>(label)) {
      case Operation::kConvolution3:
        return unit(name, in, in.channels, 3);
      case Operation::kConvolution1:
        return unit(name, in, in.channels, 1);
      case Operation::kMaxPool:
        break;
    }
    return builder_.max_pool(name, in, {.kernel = 3, .stride = 1});
  }

  /// The sum of what feeds vertex `v`: cut to its channels, or projected where it is the input.
  void add_vertex(const std::string& name, const FeatureMap& in,
                  const std::vector<std::int64_t>& channels, std::size_t v) {
    FeatureMap map = in;
    map.channels = channels[v];
    int fed = 0;
    for (std::size_t from = 1; from < v; ++from) {
      if (!cell_.edge(from, v)) continue;
      ++fed;
      if (channels[from] == channels[v]) continue;
      builder_.move(fmt::format("{}.from{}", name, from), "Slice", map.elements());
    }
    if (cell_.edge(0, v)) {
      ++fed;
      unit(name + ".project", in, channels[v], 1);
    }
    if (fed > 1) builder_.element_wise(name + ".sum", "Sum", map.elements(), fed);
    operation(name, map, cell_.labels[v]);
  }

  FeatureMap add_cell(const std::string& name, const FeatureMap& in, std::int64_t out_channels) {
    const std::size_t last = cell_.size() - 1;
    const std::vector<std::int64_t> channels = channels_of(cell_, in.channels, out_channels);
    FeatureMap out = in;
    out.channels = out_channels;
    int joined = 0;
    for (std::size_t v = 1; v < last; ++v) {
      add_vertex(fmt::format("{}.vertex{}", name, v), in, channels, v);
      if (cell_.edge(v, last)) ++joined;
    }
    if (joined > 1) builder_.move(name + ".join", "Concat", out.elements());
    if (cell_.edge(0, last)) {
      unit(name + ".project", in, out_channels, 1);
      if (joined > 0) builder_.element_wise(name + ".add", "Add", out.elements(), 2.0);
    }
    return out;
  }

  const Cell& cell_;
  FeatureMap image_;
  NetworkBuilder builder_;
};

}  // namespace

bool is_nas_cell(std::string_view name) { return name.starts_with(kPrefix); }

Result<Network> nas_cell(std::string_view text, const CellOptions& options) {
  constexpr std::int64_t kMultiple = 4;  // halved twice
  auto cell = is_nas_cell(text) ? parse(text) : std::nullopt;
  if (!cell || !is_sound(*cell)) {
    return Error{fmt::format(
        "{} is no cell: write 'cell [[0,1,1],[0,0,1],[0,0,0]] [-1,0,-2]', edges from earlier to "
        "later of 2 to 7 vertices, and -1 input, 0 conv 3x3, 1 conv 1x1, 2 max pool, -2 output",
        quoted(text))};
  }
  if (const auto idle = idle_vertex(*cell)) {
    return Error{fmt::format("{}: vertex {} lies on no way from input to output: leave it out",
                             quoted(text), *idle)};
  }
  if (options.height % kMultiple != 0 || options.width % kMultiple != 0) {
    return Error{fmt::format("a cell's images must be a multiple of {} high and wide, not {} x {}",
                             kMultiple, options.height, options.width)};
  }
  Network network;
  network.name = text;
  network.origin = "formula of NAS-Bench-101's definition";
  network.batch_size = options.batch_size;
  const FeatureMap image{.channels = 3, .height = options.height, .width = options.width};
  network.input_shape = {image.channels, image.height, image.width};
  network.input_elements = image.elements();
  return Maker(*cell, image, std::move(network)).make();
}

}  // namespace joulecast::network
