// ONNX files as networks. Weights are never needed: tensors above a few kilobytes are skipped on
// the wire, and data that a file keeps elsewhere is never opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"

namespace joulecast::network {

/// The newest opset of the default domain whose shapes can be inferred here.
int newest_onnx_opset();

/// The largest batch, side of an image and sequence that can be asked for.
inline constexpr std::int64_t kLargestSize = 1 << 24;

struct OnnxOptions {
  std::int64_t batch_size = 1;
  /// Height and width of image inputs (rank 4), square unless the width is given.
  std::optional<std::int64_t> image_height, image_width;
  /// Length of token inputs (rank 2).
  std::optional<std::int64_t> sequence_length;
};

/// Reads a network and infers all shapes anew for the options. Sizes that the file fixes and the
/// options do not name stay. Errors, each one line with the file's name: not ONNX, truncated, a
/// cycle, an opset newer than newest_onnx_opset() (both named), an output whose shape cannot be
/// found (the operator named), a size that contradicts the graph or leaves an operator no output, a
/// tensor of more elements than any machine holds, one that holds some data but too little. Time
/// and memory are bounded whatever the file says. Safe from any thread.
Result<Network> read_onnx(const std::filesystem::path& file, const OnnxOptions& options = {});

/// The same of bytes; `name` stands for the file's name in errors and in Network::origin.
Result<Network> parse_onnx(std::string_view bytes, std::string_view name,
                           const OnnxOptions& options = {});

}  // namespace joulecast::network
