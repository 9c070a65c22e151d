// The files under data/networks, which are inside the program (cmake/Networks.cmake).
#pragma once

#include <span>
#include <string_view>

namespace joulecast::network {

struct NamedFile {
  std::string_view name;  ///< Within data/networks: "keras/resnet50.onnx.zst".
  std::string_view bytes;
};

/// Sorted by name.
std::span<const NamedFile> named_files();

}  // namespace joulecast::network
