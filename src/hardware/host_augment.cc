#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "hardware/host_images.h"

namespace joulecast::hardware {
namespace {

constexpr std::size_t kSize = kCropSize, kChannels = 3;

/// Where a pixel of the result comes from along one axis: two neighbours and the second's weight.
struct Tap {
  std::size_t first, second;
  int weight;  ///< Of 256.
};

std::array<Tap, kSize> taps_of(double start, double length, int limit) {
  std::array<Tap, kSize> taps{};
  const double step = length / static_cast<double>(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    const double place = std::clamp(start + (static_cast<double>(i) + 0.5) * step - 0.5, 0.0,
                                    static_cast<double>(limit - 1));
    const auto first = static_cast<std::size_t>(place);
    taps[i] = {.first = first,
               .second = std::min(first + 1, static_cast<std::size_t>(limit - 1)),
               .weight = static_cast<int>((place - static_cast<double>(first)) * 256.0)};
  }
  return taps;
}

}  // namespace

Image generated_photo() {
  Image photo{.width = kPhotoWidth, .height = kPhotoHeight, .bytes = {}};
  photo.bytes.reserve(std::size_t{kPhotoWidth} * kPhotoHeight * kChannels);
  Random random(1);
  constexpr double kNoise = 44.0, kShade = 60.0, kEdge = 35.0, kMiddle = 128.0;
  for (int y = 0; y < kPhotoHeight; ++y) {
    for (int x = 0; x < kPhotoWidth; ++x) {
      const double shade = kShade * std::sin(x / 61.0 + std::cos(y / 47.0));
      const double edge = (x / 29 + y / 37) % 2 == 0 ? kEdge : -kEdge;
      const double noise = kNoise * (random.uniform() + random.uniform() - 1.0);
      for (const double tint : {0.9, 1.0, 0.7}) {
        const double value = kMiddle + tint * (shade + edge) + noise;
        photo.bytes.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
      }
    }
  }
  return photo;
}

Augmenter::Crop Augmenter::next_crop(const Image& image) {
  constexpr double kLeastArea = 0.08;
  const double longest = std::log(4.0 / 3.0);
  const double area = std::lerp(kLeastArea, 1.0, random_.uniform()) * image.width * image.height;
  const double shape = std::exp(std::lerp(-longest, longest, random_.uniform()));
  const double width = std::min(std::sqrt(area * shape), static_cast<double>(image.width));
  const double height = std::min(std::sqrt(area / shape), static_cast<double>(image.height));
  return {.left = random_.uniform() * (image.width - width),
          .top = random_.uniform() * (image.height - height),
          .width = width,
          .height = height};
}

void Augmenter::resize(const Image& image, const Crop& crop) {
  const auto columns = taps_of(crop.left, crop.width, image.width);
  const auto rows = taps_of(crop.top, crop.height, image.height);
  const std::size_t stride = static_cast<std::size_t>(image.width) * kChannels;
  resized_.resize(kSize * kSize * kChannels);
  std::uint8_t* out = resized_.data();
  for (const Tap& row : rows) {
    const std::uint8_t* upper = image.bytes.data() + row.first * stride;
    const std::uint8_t* lower = image.bytes.data() + row.second * stride;
    for (const Tap& column : columns) {
      for (std::size_t channel = 0; channel < kChannels; ++channel) {
        const std::size_t left = column.first * kChannels + channel;
        const std::size_t right = column.second * kChannels + channel;
        const int above = upper[left] * (256 - column.weight) + upper[right] * column.weight;
        const int below = lower[left] * (256 - column.weight) + lower[right] * column.weight;
        *out++ = static_cast<std::uint8_t>((above * (256 - row.weight) + below * row.weight) >> 16);
      }
    }
  }
}

void Augmenter::mirror() {
  for (std::size_t y = 0; y < kSize; ++y) {
    std::uint8_t* row = resized_.data() + y * kSize * kChannels;
    for (std::size_t x = 0; x < kSize / 2; ++x) {
      std::swap_ranges(row + x * kChannels, row + (x + 1) * kChannels,
                       row + (kSize - 1 - x) * kChannels);
    }
  }
}

void Augmenter::normalise() {
  constexpr std::array<float, kChannels> kMean = {0.485F, 0.456F, 0.406F};
  constexpr std::array<float, kChannels> kDeviation = {0.229F, 0.224F, 0.225F};
  planes_.resize(resized_.size());
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    float* plane = planes_.data() + channel * kSize * kSize;
    const float scale = 1.0F / (255.0F * kDeviation[channel]);
    const float shift = kMean[channel] / kDeviation[channel];
    for (std::size_t i = 0; i < kSize * kSize; ++i) {
      plane[i] = static_cast<float>(resized_[i * kChannels + channel]) * scale - shift;
    }
  }
}

const std::vector<float>& Augmenter::augment(const Image& image) {
  resize(image, next_crop(image));
  if (random_.below(2) == 0) mirror();
  normalise();
  return planes_;
}

}  // namespace joulecast::hardware
