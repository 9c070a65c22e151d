// Networks by name: weightless graphs exported from the frameworks' own definitions
// (data/networks/, made by tools/networks/export.py), and transformers by formula.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"
#include "joulecast/network/onnx.h"

namespace joulecast::network {

struct NamedNetwork {
  std::string name;                  ///< "resnet50", or "keras/resnet50" where frameworks differ.
  std::string family;                ///< "ResNet": the set that an estimator holds to be alike.
  std::string origin;                ///< "torchvision 0.20.1", "Keras 3.8 applications", "formula".
  std::int64_t image_size = 0;       ///< What it is usually trained at; 0: not an image network.
  std::int64_t sequence_length = 0;  ///< Likewise of token networks.
  bool any_size = true;              ///< Whether other sizes than the usual one are possible.
  std::int64_t multiple_of = 1;      ///< Which image sizes are: multiples of it surely.
  bool takes_head = true;            ///< Whether another head makes sense; see replace_head().
};

struct NetworkOptions {
  std::int64_t batch_size = 1;
  std::optional<std::int64_t> image_height, image_width, sequence_length;
  std::optional<double> width;  ///< Width multiplier, of MobileNetV2 only, in (0, 4].
  std::optional<Head> head;
  double frozen = 0.0;  ///< Share of the layers with parameters that do not train, 0 to 1.
};

/// Every named network, sorted by name. Safe from any thread.
std::span<const NamedNetwork> named_networks();

/// The entry that a name means: case does not count, nor do "-", "_", "." and spaces but between
/// two digits; framework names may stand before it ("torchvision/resnet50"), and common spellings
/// are known ("ResNet-50", "mobilenetv2").
/// The error names the nearest ones.
Result<NamedNetwork> find_network(std::string_view name);

/// What counts as one architecture where networks are grouped: a named network without its
/// framework and its width, so "resnet50" of keras/resnet50 and ResNet-50, "mobilenet_v2" of
/// keras/mobilenet_v2_0.5. Of any other name the text itself. Safe from any thread.
std::string architecture_of(std::string_view name);

/// Whether load_network() takes it: a name, a formula ("cell ...", "gpt ...") or a file that is
/// there. Quicker than an error of its, which has near names. Safe from any thread.
bool is_network(const std::string& name_or_file);

/// Whether the options alone are possible, whatever the network: load_network() checks them too.
Status check_options(const NetworkOptions& options);

/// A network by name, by an ONNX file or by a transformer's config.json (told apart by their
/// content), or by formula: "cell [[0,1,0],[0,0,1],[0,0,0]] [-1,0,-2]" of NAS-Bench-101 and "gpt
/// 24x1024x16" (layers, width, heads; a vocabulary may follow); with all the options applied: what
/// every command's NETWORK argument means. Where a name is a file's too, the file counts only if
/// the name has "/" or "." in it.
Result<Network> load_network(const std::string& name_or_file, const NetworkOptions& options = {});

}  // namespace joulecast::network
