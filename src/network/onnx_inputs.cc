#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "network/onnx_model.h"
#include "network/onnx_tensor.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::ValueInfoProto;
using Dimension = TensorShapeProto::Dimension;

class Binder {
 public:
  Binder(const OnnxOptions& options, std::string_view name) : options_(options), name_(name) {}

  Result<BoundInputs> bind(GraphProto& graph) {
    if (auto status = collect(graph); !status) return status.error();
    if (!inputs_.empty()) bind_batch();
    if (options_.image_height && !bind_images()) {
      return Error{
          fmt::format("{}: has no image input (rank 4), so an image size means nothing", name_)};
    }
    if (options_.sequence_length && !bind_sequences()) {
      return Error{
          fmt::format("{}: has no token input, so a sequence length means nothing", name_)};
    }
    if (auto status = bind_rest(); !status) return status.error();
    return bound_;
  }

 private:
  struct Input {
    ValueInfoProto* info = nullptr;
    int batch_axis = 0;  // known only until the batch has a number instead of its name
  };

  static int sequence_axis(const Input& input) { return input.batch_axis == 1 ? 0 : 1; }

  Status collect(GraphProto& graph) {
    std::unordered_set<std::string> constants;
    for (const auto& tensor : graph.initializer()) constants.insert(tensor.name());
    for (auto& input : *graph.mutable_input()) {
      if (constants.count(input.name()) > 0) continue;
      if (!input.type().has_tensor_type() || !input.type().tensor_type().has_shape()) {
        return Error{fmt::format("{}: the input {} has no shape; export it with one", name_,
                                 quoted(input.name()))};
      }
      for (const auto& dim : input.type().tensor_type().shape().dim()) {
        // tf2onnx and Keras write -1 for a free size.
        if (dim.has_dim_value() && (dim.dim_value() < -1 || dim.dim_value() > kMostElements)) {
          return Error{fmt::format("{}: the input {} has a size of {}", name_, quoted(input.name()),
                                   dim.dim_value())};
        }
      }
      inputs_.push_back({.info = &input, .batch_axis = batch_axis(shape(input))});
    }
    return {};
  }

  static TensorShapeProto& shape(ValueInfoProto& input) {
    return *input.mutable_type()->mutable_tensor_type()->mutable_shape();
  }
  static bool fixed(const Dimension& dim) { return dim.has_dim_value() && dim.dim_value() >= 0; }

  void set(Dimension& dim, std::int64_t value) {
    if (fixed(dim)) {
      bound_.changed = bound_.changed || dim.dim_value() != value;
    } else if (!dim.dim_param().empty()) {
      symbols_.emplace(dim.dim_param(), value);
    }
    dim.set_dim_value(value);
  }

  static int batch_axis(const TensorShapeProto& shape) {
    for (int i = 0; i < shape.dim_size(); ++i) {
      if (to_lower(shape.dim(i).dim_param()).find("batch") != std::string::npos) return i;
    }
    return 0;
  }

  void bind_batch() {
    bool first = true;
    for (const Input& input : inputs_) {
      auto& dims = shape(*input.info);
      if (dims.dim_size() == 0) continue;
      Dimension& dim = *dims.mutable_dim(input.batch_axis);
      if (first) {
        bound_.file_batch = fixed(dim) ? dim.dim_value() : 0;
        bound_.file_batch_symbol = dim.dim_param();
        bound_.batch_axis = input.batch_axis;
        first = false;
      } else if (fixed(dim) && dim.dim_value() != bound_.file_batch) {
        continue;  // not a batch: a table, a fixed set of positions
      }
      set(dim, options_.batch_size);
    }
  }

  /// Of an image, with its channels last or first.
  static int height_axis(const TensorShapeProto& dims) {
    const auto channels = [&](int axis) {
      const auto& dim = dims.dim(axis);
      return fixed(dim) && dim.dim_value() >= 1 && dim.dim_value() <= 4;
    };
    return channels(3) && !channels(1) ? 1 : 2;
  }

  bool bind_images() {
    const std::int64_t height = *options_.image_height;
    const std::int64_t width = options_.image_width.value_or(height);
    bool found = false;
    for (const Input& input : inputs_) {
      auto& dims = shape(*input.info);
      if (dims.dim_size() != 4) continue;
      const int first = height_axis(dims);
      set(*dims.mutable_dim(first), height);
      set(*dims.mutable_dim(first + 1), width);
      found = true;
    }
    return found;
  }

  bool bind_sequences() {
    bool found = false;
    for (const Input& input : inputs_) {
      auto& dims = shape(*input.info);
      if (dims.dim_size() < 2 || dims.dim_size() > 3) continue;
      const int axis = sequence_axis(input);
      const bool tokens =
          dims.dim_size() == 2 && !is_real(input.info->type().tensor_type().elem_type());
      if (!tokens && fixed(dims.dim(axis))) continue;
      set(*dims.mutable_dim(axis), *options_.sequence_length);
      found = true;
    }
    return found;
  }

  Status bind_rest() {
    for (const Input& input : inputs_) {
      auto& dims = shape(*input.info);
      for (int i = 0; i < dims.dim_size(); ++i) {
        Dimension& dim = *dims.mutable_dim(i);
        if (fixed(dim)) continue;
        const auto symbol = symbols_.find(dim.dim_param());
        if (!dim.dim_param().empty() && symbol != symbols_.end()) {
          dim.set_dim_value(symbol->second);
          continue;
        }
        const std::string symbol_text =
            dim.dim_param().empty() ? "" : " (" + printable(dim.dim_param()) + ")";
        return Error{fmt::format("{}: the input {} leaves {}", name_, quoted(input.info->name()),
                                 left_free(input, i, symbol_text))};
      }
    }
    return {};
  }

  /// What is free at an axis that no option has set, and how to mend it.
  std::string left_free(const Input& input, int axis, const std::string& symbol) const {
    const auto& dims = shape(*input.info);
    const bool image = dims.dim_size() == 4;
    const int height = image ? height_axis(dims) : 0;
    if (image && axis != height && axis != height + 1) {
      return fmt::format("its channels, size {}{}, free; export the network with them fixed",
                         axis + 1, symbol);
    }
    if (image) return fmt::format("size {}{} free; say the image size", axis + 1, symbol);
    const bool sequence =
        dims.dim_size() <= 3 && axis == sequence_axis(input) && !options_.sequence_length;
    return fmt::format("size {}{} free; {}", axis + 1, symbol,
                       sequence ? "say the sequence length"
                                : "no option names it: export the network with it fixed");
  }

  const OnnxOptions& options_;
  std::string_view name_;
  std::vector<Input> inputs_;
  std::map<std::string, std::int64_t> symbols_;
  BoundInputs bound_;
};

Status check(const OnnxOptions& options, std::string_view name) {
  const auto bad = [](const std::optional<std::int64_t>& size) {
    return size && (*size < 1 || *size > kLargestSize);
  };
  if (bad(options.batch_size) || bad(options.image_height) || bad(options.image_width) ||
      bad(options.sequence_length)) {
    return Error{fmt::format("{}: batch, image and sequence sizes must be from 1 to {}", name,
                             kLargestSize)};
  }
  if (options.image_width && !options.image_height) {
    return Error{fmt::format("{}: an image width needs an image height too", name)};
  }
  return {};
}

}  // namespace

Result<BoundInputs> bind_inputs(GraphProto& graph, const OnnxOptions& options,
                                std::string_view name) {
  if (auto status = check(options, name); !status) return status.error();
  return Binder(options, name).bind(graph);
}

}  // namespace joulecast::network
