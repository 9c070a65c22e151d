#include "joulecast/network/onnx.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <utility>

#include "base/text.h"
#include "network/onnx_model.h"
#include "network/onnx_walk.h"
#include "network/onnx_wire.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;

/// Where the file has the batch in an output's shape; -1: nowhere.
int batch_axis(const ONNX_NAMESPACE::TensorShapeProto& shape, const BoundInputs& bound) {
  for (int i = 0; i < shape.dim_size(); ++i) {
    const auto& dim = shape.dim(i);
    if (!dim.dim_param().empty() && dim.dim_param() == bound.file_batch_symbol) return i;
  }
  const bool fixed = bound.file_batch > 0 && shape.dim_size() > 0 && shape.dim(0).has_dim_value() &&
                     shape.dim(0).dim_value() == bound.file_batch;
  return fixed ? 0 : -1;
}

/// Every output that had the batch in the file must have it now.
Status check_outputs(const GraphProto& graph, const ShapeTable& table, const BoundInputs& bound,
                     const OnnxOptions& options, std::string_view name) {
  for (const auto& output : graph.output()) {
    const auto& shape = output.type().tensor_type().shape();
    const Value* value = table.find(output.name());
    if (value == nullptr) {
      return Error{fmt::format("{}: nothing writes its output {}; export it again", name,
                               quoted(output.name()))};
    }
    const auto axis = static_cast<std::size_t>(batch_axis(shape, bound));
    if (axis >= value->dims.size()) continue;
    if (value->dims[axis] != options.batch_size) {
      return Error{fmt::format(
          "{}: the output {} has {} rows for a batch of {}: an operator fixes a size, likely a "
          "Reshape; export the network with dynamic axes",
          name, quoted(output.name()), value->dims[axis], options.batch_size)};
    }
  }
  return {};
}

void describe_inputs(const GraphProto& graph, const BoundInputs& bound, std::int64_t batch_size,
                     Network& network) {
  double all = 0.0;
  for (const auto& input : graph.input()) {
    Dims dims;
    for (const auto& dim : input.type().tensor_type().shape().dim()) {
      dims.push_back(dim.dim_value());
    }
    double elements = 1.0;
    for (const std::int64_t size : dims) elements *= static_cast<double>(size);
    all += elements;
    if (network.input_shape.empty() && !dims.empty()) {
      network.input_shape = dims;
      network.input_shape.erase(network.input_shape.begin() + bound.batch_axis);
    }
  }
  network.input_elements = all / static_cast<double>(batch_size);
}

/// Leaves only what is fed: older files list their initializers as inputs too.
void drop_fed_initializers(GraphProto& graph, const ShapeTable& table) {
  auto& inputs = *graph.mutable_input();
  for (int i = inputs.size() - 1; i >= 0; --i) {
    const Value* value = table.find(inputs[i].name());
    if (value != nullptr && value->origin == Value::Origin::kConstant) inputs.DeleteSubrange(i, 1);
  }
}

/// As errors have them.
std::string asked_sizes(const OnnxOptions& options) {
  if (options.image_height) {
    const std::int64_t width = options.image_width.value_or(*options.image_height);
    if (width != *options.image_height) {
      return fmt::format("image size {}x{}", *options.image_height, width);
    }
    return fmt::format("image size {}", width);
  }
  if (options.sequence_length) return fmt::format("sequence length {}", *options.sequence_length);
  return "";
}

struct Counted {
  Network network;
  BoundInputs bound;
};

Result<Counted> count_model(ModelProto model, std::string_view name, const OnnxOptions& options) {
  GraphProto& graph = *model.mutable_graph();
  const GraphProto before = [&graph] {
    GraphProto shapes;
    *shapes.mutable_input() = graph.input();
    *shapes.mutable_output() = graph.output();
    *shapes.mutable_value_info() = graph.value_info();
    return shapes;
  }();
  const auto bound = bind_inputs(graph, options, name);
  if (!bound) return bound.error();
  ShapeTable table(default_opset(model), name, asked_sizes(options));
  table.declare(before, bound->changed);
  for (const auto& tensor : graph.initializer()) {
    if (auto status = table.add_initializer(tensor); !status) return status.error();
  }
  for (const auto& input : graph.input()) {
    if (auto status = table.add_input(input); !status) return status.error();
  }
  Walker walker(table, options.batch_size, name);
  if (auto status = walker.walk(graph); !status) return status.error();
  if (auto status = check_outputs(before, table, *bound, options, name); !status) {
    return status.error();
  }
  Counted counted;
  counted.network = walker.take(before.output().empty() ? "" : before.output(0).name());
  counted.bound = *bound;
  drop_fed_initializers(graph, table);
  describe_inputs(graph, *bound, options.batch_size, counted.network);
  return counted;
}

/// A file exported for one batch may fix it inside, where nothing contradicts: attention over all
/// samples at once, for one. Then some operator does not grow as the batch does.
Status check_batch(const ModelProto& model, std::string_view name, OnnxOptions options,
                   const Counted& counted) {
  if (counted.bound.file_batch == 0 || counted.bound.file_batch == options.batch_size) return {};
  const double ratio =
      static_cast<double>(options.batch_size) / static_cast<double>(counted.bound.file_batch);
  const std::int64_t asked = std::exchange(options.batch_size, counted.bound.file_batch);
  const auto as_exported = count_model(model, name, options);
  if (!as_exported) return as_exported.error();
  const auto& before = as_exported->network.operators;
  const auto& after = counted.network.operators;
  if (before.size() != after.size()) {
    return Error{fmt::format(
        "{}: has {} operators for a batch of {} and {} for one of {}: the file was exported for a "
        "batch of {} only; export it with dynamic axes, or ask for that batch",
        name, before.size(), options.batch_size, after.size(), asked, options.batch_size)};
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto grows = [ratio](double from, double to) {
      return std::abs(to - from * ratio) <= 1e-6 * std::abs(to);
    };
    if (before[i].type != after[i].type || !grows(before[i].macs, after[i].macs) ||
        !grows(before[i].output_elements, after[i].output_elements)) {
      return Error{fmt::format(
          "{}: the operator {} {} does not grow with the batch: the file was exported for a batch "
          "of {} only; export it with dynamic axes, or ask for that batch",
          name, after[i].type, quoted(after[i].name), counted.bound.file_batch)};
    }
  }
  return {};
}

/// A file's bytes for as long as this lives.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (data_ != nullptr) munmap(data_, size_);
  }

  Status open(const std::filesystem::path& file) {
    const auto fail = [&file](std::string_view what) {
      return Error{fmt::format("{}: {}", printable(file.string()), what)};
    };
    // Not the last component's fault if it is a pipe: opening must not wait for a writer.
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return fail(std::generic_category().message(errno));
    struct stat about = {};
    const bool known = fstat(descriptor, &about) == 0;
    if (!known || !S_ISREG(about.st_mode) || about.st_size == 0) {
      close(descriptor);
      return fail(known && S_ISREG(about.st_mode) ? "is empty" : "is not a file");
    }
    size_ = static_cast<std::size_t>(about.st_size);
    void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (data == MAP_FAILED) return fail("cannot be mapped into memory");
    data_ = data;
    // Weights are jumped over; what lies behind the jump is not wanted.
    madvise(data_, size_, MADV_RANDOM);
    return {};
  }

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

Result<Network> parse_onnx(std::string_view bytes, std::string_view name,
                           const OnnxOptions& options) {
  try {
    const auto graph_only = without_weights(bytes, name);
    if (!graph_only) return graph_only.error();
    const auto model = parse_model(*graph_only, name);
    if (!model) return model.error();
    auto counted = count_model(*model, name, options);
    if (!counted) return counted.error();
    if (auto status = check_batch(*model, name, options, *counted); !status) return status.error();
    Network& network = counted->network;
    network.name = std::filesystem::path(name).filename().string();
    if (network.name.ends_with(".onnx")) network.name.resize(network.name.size() - 5);
    network.origin =
        fmt::format("{} (ONNX opset {}{}{})", name, default_opset(*model),
                    model->producer_name().empty() ? "" : ", ", printable(model->producer_name()));
    network.batch_size = options.batch_size;
    return std::move(network);
  } catch (const std::exception& failure) {
    return Error{fmt::format("{}: cannot be read as ONNX: {}", name, printable(failure.what()))};
  }
}

Result<Network> read_onnx(const std::filesystem::path& file, const OnnxOptions& options) {
  MappedFile mapped;
  if (auto status = mapped.open(file); !status) return status.error();
  return parse_onnx(mapped.bytes(), printable(file.string()), options);
}

}  // namespace joulecast::network
