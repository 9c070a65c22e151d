// MobileNetV2 of any width, by formula.
#pragma once

#include <cstdint>

#include "joulecast/network/network.h"

namespace joulecast::network {

struct MobileNetV2Options {
  bool keras = false;  ///< Rounds channels, pads and ends as Keras' definition, else torchvision's.
  double width = 1.0;  ///< In (0, 4].
  std::int64_t batch_size = 1;
  std::int64_t height = 224, width_px = 224;
};

/// With its classifier of 1000 classes, marked as the head.
Network mobilenet_v2(const MobileNetV2Options& options);

}  // namespace joulecast::network
