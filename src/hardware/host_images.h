// What an input pipeline does with each image: decode a JPEG, crop, resize, flip, normalise.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "joulecast/base/result.h"

namespace joulecast::hardware {

/// Rows from the top, three bytes (red, green, blue) a pixel.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> bytes;
};

inline constexpr int kPhotoWidth = 500, kPhotoHeight = 375;  // the commonest of ImageNet
inline constexpr int kCropSize = 224;

/// Smooth shades, edges and noise, the same on every machine; as a JPEG about as large as a photo.
Image generated_photo();

/// 4:2:0, as cameras write it. Errors: the library's own words.
Result<std::vector<unsigned char>> encode_jpeg(const Image& image, int quality);
/// Into `image`, whose memory is used again.
Status decode_jpeg(const std::vector<unsigned char>& jpeg, Image& image);

/// The usual augmentation of ImageNet: a crop of 8 to 100 % of the area and a shape of 3:4 to 4:3,
/// resized to 224 x 224 (bilinear), mirrored every other time, normalised to floats plane by plane.
class Augmenter {
 public:
  explicit Augmenter(std::uint64_t seed) : random_(seed) {}
  /// The three planes, valid until the next call. The image has at least 2 x 2 pixels.
  const std::vector<float>& augment(const Image& image);

 private:
  struct Crop {
    double left, top, width, height;
  };
  Crop next_crop(const Image& image);
  void resize(const Image& image, const Crop& crop);
  void mirror();
  void normalise();

  Random random_;
  std::vector<std::uint8_t> resized_;
  std::vector<float> planes_;
};

}  // namespace joulecast::hardware
