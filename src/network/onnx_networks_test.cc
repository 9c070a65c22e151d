// The exported networks of data/networks against figures that others publish.
#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "joulecast/network/onnx.h"

namespace joulecast::network {
namespace {

struct Published {
  const char* name;
  std::int64_t image;
  double giga_macs;
  double parameters;  // as the framework's own definition has them
};

class OnnxNetworks : public testing::TestWithParam<Published> {};

std::string unpacked(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(in), {}};
  std::string bytes(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  EXPECT_EQ(ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size()),
            bytes.size());
  return bytes;
}

TEST_P(OnnxNetworks, CountAsPublished) {
  const std::filesystem::path file = std::filesystem::path(JOULECAST_SOURCE_DIR) / "data/networks" /
                                     (std::string(GetParam().name) + ".onnx.zst");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  OnnxOptions options;
  options.batch_size = 2;
  options.image_height = GetParam().image;
  const auto network = parse_onnx(unpacked(file), GetParam().name, options);
  ASSERT_TRUE(network.ok()) << network.error().message;
  const Totals sum = totals(*network);
  EXPECT_NEAR(sum.macs / 2e9, GetParam().giga_macs, 0.005 * GetParam().giga_macs);
  EXPECT_EQ(sum.parameters, GetParam().parameters);
  EXPECT_TRUE(network->operators.back().in_head);
  EXPECT_FALSE(network->operators.front().in_head);
}

// MACs: torchvision's own table of weights ("GFLOPS" there); without the attention that fvcore
// leaves out too.
INSTANTIATE_TEST_SUITE_P(Torchvision, OnnxNetworks,
                         testing::Values(Published{"resnet18", 224, 1.814, 11'689'512},
                                         Published{"resnet50", 224, 4.089, 25'557'032},
                                         Published{"vgg16", 224, 15.470, 138'357'544},
                                         Published{"mobilenet_v2", 224, 0.301, 3'504'872},
                                         Published{"efficientnet_b0", 224, 0.386, 5'288'548},
                                         Published{"densenet121", 224, 2.834, 7'978'856},
                                         Published{"convnext_tiny", 224, 4.456, 28'589'128}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace joulecast::network
