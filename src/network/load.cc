// load_network(): what every command's NETWORK argument means.

#include <fmt/format.h>
#include <zstd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "joulecast/network/named.h"
#include "joulecast/network/onnx.h"
#include "joulecast/network/transformer.h"
#include "network/gpt_shape.h"
#include "network/mobilenet_v2.h"
#include "network/named_files.h"
#include "network/named_index.h"
#include "network/nas_cell.h"

namespace joulecast::network {
namespace {

constexpr std::size_t kMostGraphBytes = std::size_t{256} << 20;

Result<std::string> decompress(std::string_view bytes, std::string_view name) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size != ZSTD_CONTENTSIZE_ERROR && size <= kMostGraphBytes) {
    std::string content(size, '\0');
    const auto written =
        ZSTD_decompress(content.data(), content.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(written) == 0U && written == size) return content;
  }
  return Error{fmt::format("the graph of {} inside this joulecast is damaged", name)};
}

bool possible(std::int64_t size) { return size >= 1 && size <= kLargestSize; }

Status check_sizes(const NamedNetwork& named, const NetworkOptions& options) {
  if (options.image_height && named.image_size == 0) {
    return Error{fmt::format("{} takes no images; leave out the image size", named.name)};
  }
  if (options.sequence_length && named.sequence_length == 0) {
    return Error{fmt::format("{} takes no sequences; leave out the sequence length", named.name)};
  }
  if (named.any_size) return {};
  const std::int64_t height = options.image_height.value_or(named.image_size);
  const std::int64_t width = options.image_width.value_or(height);
  if (height != named.image_size || width != named.image_size) {
    return Error{fmt::format("{} is for images of {} x {} pixels alone", named.name,
                             named.image_size, named.image_size)};
  }
  if (options.sequence_length.value_or(named.sequence_length) != named.sequence_length) {
    return Error{fmt::format("{} is for sequences of {} alone", named.name, named.sequence_length)};
  }
  return {};
}

OnnxOptions onnx_options(const NetworkOptions& options) {
  return {.batch_size = options.batch_size,
          .image_height = options.image_height,
          .image_width = options.image_width,
          .sequence_length = options.sequence_length};
}

TransformerOptions transformer_options(const NetworkOptions& options) {
  return {.batch_size = options.batch_size, .sequence_length = options.sequence_length.value_or(0)};
}

Network at_width(const NamedNetwork& named, const NetworkOptions& options) {
  const std::int64_t height = options.image_height.value_or(named.image_size);
  return mobilenet_v2({.keras = named.name.starts_with("keras/"),
                       .width = *options.width,
                       .batch_size = options.batch_size,
                       .height = height,
                       .width_px = options.image_width.value_or(height)});
}

std::string_view bytes_of(const std::string& name) {
  for (const NamedFile& file : named_files()) {
    if (file.name == name) return file.bytes;
  }
  return {};
}

Result<Network> read_graph(const IndexEntry& entry, const NetworkOptions& options) {
  const NamedNetwork& named = entry.network;
  const std::string_view bytes = bytes_of(entry.file);
  if (entry.file.ends_with(".json")) {
    return transformer(bytes, named.name, transformer_options(options));
  }
  const auto graph = decompress(bytes, named.name);
  if (!graph) return graph.error();
  OnnxOptions sizes = onnx_options(options);
  if (named.image_size > 0 && !sizes.image_height) sizes.image_height = named.image_size;
  if (named.sequence_length > 0 && !sizes.sequence_length) {
    sizes.sequence_length = named.sequence_length;
  }
  return parse_onnx(*graph, named.name, sizes);
}

// Where the graph refuses a size, what it does not refuse is better known than why.
std::optional<Error> not_a_multiple(const NamedNetwork& named, const NetworkOptions& options) {
  const std::int64_t height = options.image_height.value_or(named.image_size);
  const std::int64_t width = options.image_width.value_or(height);
  if (height % named.multiple_of == 0 && width % named.multiple_of == 0) return std::nullopt;
  return Error{fmt::format("{} is not for images of {} x {} pixels; choose a multiple of {}",
                           named.name, height, width, named.multiple_of)};
}

Result<Network> load_named(const IndexEntry& entry, const NetworkOptions& options) {
  const NamedNetwork& named = entry.network;
  if (const auto sizes = check_sizes(named, options); !sizes) return sizes.error();
  if (options.width && named.family != "MobileNetV2") {
    return Error{fmt::format("{} has no width to choose; MobileNetV2 has", named.name)};
  }
  if (options.width) return at_width(named, options);
  auto network = read_graph(entry, options);
  if (!network) {
    const auto size_fault = not_a_multiple(named, options);
    return size_fault ? *size_fault : network.error();
  }
  network->name = named.name;
  network->takes_head = network->takes_head && named.takes_head;
  if (!entry.file.ends_with(".json")) network->origin = named.origin;
  return network;
}

// ONNX begins with a field's key, never with a brace.
bool is_json(std::ifstream& file) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  std::string start(64, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  file.clear();
  file.seekg(0);
  std::string_view text = start;
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

Result<Network> load_file(const std::string& path, const NetworkOptions& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{fmt::format("{}: cannot be read", path)};
  if (options.width) return Error{"a width can be chosen of MobileNetV2 by name alone"};
  if (!is_json(file)) return read_onnx(path, onnx_options(options));
  if (options.image_height) {
    return Error{fmt::format("{}: a transformer takes no images; leave out the image size", path)};
  }
  constexpr std::size_t kMostBytes = (1 << 20) + 1;  // more is refused by transformer()
  std::string text(kMostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return transformer(text, path, transformer_options(options));
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

// Names of networks have slashes too, but do not begin or end so.
bool is_path(const std::string& text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
         text.ends_with('/') || text == "." || text == ".." || text.ends_with(".onnx") ||
         text.ends_with(".json");
}

// Of a path that is no regular file.
Error no_file(const std::string& path) {
  std::error_code ignored;
  const auto kind = std::filesystem::status(path, ignored).type();
  const std::string shown = printable(path);
  if (kind == std::filesystem::file_type::directory) {
    return {fmt::format("{}: is a folder; name the ONNX file or the config.json in it", shown)};
  }
  if (kind == std::filesystem::file_type::not_found) {
    return {fmt::format("{}: there is no such file", shown)};
  }
  return {fmt::format("{}: is not a regular file, or cannot be looked at", shown)};
}

Result<Network> load_cell(const std::string& text, const NetworkOptions& options) {
  if (options.sequence_length) return Error{"a cell takes no sequences; leave out the length"};
  if (options.width) return Error{"a width can be chosen of MobileNetV2 by name alone"};
  CellOptions cell{.batch_size = options.batch_size};
  cell.height = options.image_height.value_or(cell.height);
  cell.width = options.image_width.value_or(cell.height);
  return nas_cell(text, cell);
}

Result<Network> load_gpt_shape(const std::string& text, const NetworkOptions& options) {
  if (options.image_height) return Error{"a GPT takes no images; leave out the image size"};
  if (options.width) return Error{"a width can be chosen of MobileNetV2 by name alone"};
  return gpt_shape(text, transformer_options(options));
}

Result<Network> load_plain(const std::string& name_or_file, const NetworkOptions& options) {
  if (is_nas_cell(name_or_file)) return load_cell(name_or_file, options);
  if (is_gpt_shape(name_or_file)) return load_gpt_shape(name_or_file, options);
  const bool path_like = name_or_file.find_first_of("/.") != std::string::npos;
  if (path_like && is_file(name_or_file)) return load_file(name_or_file, options);
  if (is_path(name_or_file)) return no_file(name_or_file);
  const auto entry = find_entry(named_index(), name_or_file);
  if (entry) return load_named(**entry, options);
  if (is_file(name_or_file)) return load_file(name_or_file, options);
  return entry.error();
}

}  // namespace

Status check_options(const NetworkOptions& options) {
  constexpr double kWidest = 4.0;
  if (!possible(options.batch_size)) {
    return Error{fmt::format("the batch size must be from 1 to {}", kLargestSize)};
  }
  for (const auto& size : {options.image_height, options.image_width, options.sequence_length}) {
    if (size && !possible(*size)) {
      return Error{
          fmt::format("image sizes and sequence lengths must be from 1 to {}", kLargestSize)};
    }
  }
  if (!(options.frozen >= 0.0 && options.frozen <= 1.0)) {
    return Error{"the frozen share must be from 0 to 1"};
  }
  if (options.width && !(*options.width > 0.0 && *options.width <= kWidest)) {
    return Error{"the width must be above 0 and at most 4"};
  }
  if (options.image_width && !options.image_height) {
    return Error{"an image's width needs its height too"};
  }
  return {};
}

bool is_network(const std::string& name_or_file) {
  return is_nas_cell(name_or_file) || is_gpt_shape(name_or_file) || is_file(name_or_file) ||
         look_up(named_index(), name_or_file) != nullptr;
}

Result<Network> load_network(const std::string& name_or_file, const NetworkOptions& options) {
  if (const auto sound = check_options(options); !sound) return sound.error();
  auto network = load_plain(name_or_file, options);
  if (!network) return network;
  if (options.head) {
    if (const auto replaced = replace_head(*network, *options.head); !replaced) {
      return replaced.error();
    }
  }
  freeze(*network, options.frozen);
  return network;
}

}  // namespace joulecast::network
