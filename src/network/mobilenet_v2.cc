#include "network/mobilenet_v2.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "network/network_builder.h"

namespace joulecast::network {
namespace {

constexpr std::int64_t kDivisor = 8;
constexpr std::int64_t kClasses = 1000;

// Both frameworks': the nearest multiple of 8, but not more than 10 % below.
std::int64_t divisible(double channels) {
  constexpr double kLeastShare = 0.9;
  const auto half_up = static_cast<std::int64_t>(channels + static_cast<double>(kDivisor) / 2.0);
  const std::int64_t rounded = std::max(kDivisor, half_up / kDivisor * kDivisor);
  return static_cast<double>(rounded) < kLeastShare * channels ? rounded + kDivisor : rounded;
}

struct Stage {
  std::int64_t expansion, channels, repeats, stride;
};

constexpr std::array<Stage, 7> kStages = {{{1, 16, 1, 1},
                                           {6, 24, 2, 2},
                                           {6, 32, 3, 2},
                                           {6, 64, 4, 2},
                                           {6, 96, 3, 1},
                                           {6, 160, 3, 2},
                                           {6, 320, 1, 1}}};

class Maker {
 public:
  Maker(const MobileNetV2Options& options, Network network)
      : options_(options), builder_(std::move(network)) {}

  Network make() && {
    constexpr std::int64_t kFirst = 32, kLast = 1280, kKernel = 3;
    FeatureMap map{.channels = 3, .height = options_.height, .width = options_.width_px};
    map = unit("stem", map,
               {.out_channels = divisible(kFirst * options_.width), .kernel = kKernel, .stride = 2},
               true);
    int number = 0;
    for (const Stage& stage : kStages) {
      for (std::int64_t i = 0; i < stage.repeats; ++i) {
        map = block(fmt::format("block_{}", number++), map, stage, i == 0 ? stage.stride : 1);
      }
    }
    map =
        unit("last", map, {.out_channels = divisible(kLast * std::max(1.0, options_.width))}, true);
    builder_.begin_head();
    builder_.global_average("head.pool", map);
    builder_.dense("head.dense", {.in = static_cast<double>(map.channels), .out = kClasses});
    if (options_.keras) builder_.element_wise("head.softmax", "Softmax", kClasses);
    return std::move(builder_).take();
  }

 private:
  std::int64_t scaled(std::int64_t channels) const {
    const double width = static_cast<double>(channels) * options_.width;
    return divisible(options_.keras ? std::floor(width) : width);
  }

  FeatureMap unit(const std::string& name, const FeatureMap& in, const ConvolutionShape& shape,
                  bool relu) {
    const FeatureMap out = builder_.convolution(name + ".conv", in, shape);
    builder_.batch_norm(name + ".bn", out.elements(), static_cast<double>(out.channels));
    if (relu) builder_.element_wise(name + ".relu6", "Clip", out.elements());
    return out;
  }

  FeatureMap block(const std::string& name, const FeatureMap& in, const Stage& stage,
                   std::int64_t stride) {
    constexpr std::int64_t kKernel = 3;
    FeatureMap map = in;
    if (stage.expansion > 1) {
      map = unit(name + ".expand", map, {.out_channels = in.channels * stage.expansion}, true);
    }
    // Keras pads in a layer of its own.
    if (options_.keras && stride > 1) builder_.move(name + ".pad", "Pad", map.elements());
    map =
        unit(name + ".depthwise", map,
             {.out_channels = map.channels, .kernel = kKernel, .stride = stride, .depthwise = true},
             true);
    map = unit(name + ".project", map, {.out_channels = scaled(stage.channels)}, false);
    if (stride == 1 && map.channels == in.channels) {
      builder_.element_wise(name + ".add", "Add", map.elements(), 2.0);
    }
    return map;
  }

  const MobileNetV2Options& options_;
  NetworkBuilder builder_;
};

}  // namespace

Network mobilenet_v2(const MobileNetV2Options& options) {
  Network network;
  network.name = options.keras ? "keras/mobilenet_v2" : "mobilenet_v2";
  network.origin = fmt::format("formula of {}'s definition, width {:g}",
                               options.keras ? "Keras" : "torchvision", options.width);
  network.batch_size = options.batch_size;
  network.input_shape = {3, options.height, options.width_px};
  network.input_elements =
      3.0 * static_cast<double>(options.height) * static_cast<double>(options.width_px);
  return Maker(options, std::move(network)).make();
}

}  // namespace joulecast::network
