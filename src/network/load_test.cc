#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "joulecast/network/head.h"
#include "joulecast/network/named.h"
#include "network/mobilenet_v2.h"
#include "network/network_memory.h"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

NetworkOptions of_batch(std::int64_t size) {
  NetworkOptions options;
  options.batch_size = size;
  return options;
}

NetworkOptions of_image(std::int64_t size) {
  NetworkOptions options;
  options.image_height = size;
  return options;
}

Network loaded(const std::string& name, const NetworkOptions& options = {}) {
  auto network = load_network(name, options);
  EXPECT_TRUE(network.ok()) << name << ": " << network.error().message;
  return network.ok() ? *network : Network();
}

std::string error_of(const std::string& name, const NetworkOptions& options = {}) {
  const auto network = load_network(name, options);
  return network.ok() ? "" : network.error().message;
}

TEST(LoadNetwork, ResNetsHaveTheirKnownMacs) {
  EXPECT_NEAR(totals(loaded("resnet18")).macs / 1e9, 1.814, 1e-3);
  EXPECT_NEAR(totals(loaded("resnet50")).macs / 1e9, 4.09, 3e-3);
  EXPECT_DOUBLE_EQ(totals(loaded("resnet50")).parameters, 25'557'032);
  EXPECT_EQ(loaded("resnet50").origin.substr(0, 11), "torchvision");
}

// All of them, at their usual sizes: what the index promises can be had.
TEST(LoadNetwork, EveryNamedNetworkIsRead) {
  for (const NamedNetwork& named : named_networks()) {
    const Network network = loaded(named.name, of_batch(2));
    const Totals sum = totals(network);
    EXPECT_GT(sum.macs, 0.0) << named.name;
    EXPECT_GT(sum.parameters, 0.0) << named.name;
    EXPECT_EQ(network.batch_size, 2) << named.name;
    std::set<std::string> names;
    for (const Operator& op : network.operators) {
      EXPECT_TRUE(names.insert(op.name).second) << named.name << ": " << op.name;
    }
  }
}

struct Exported {
  const char* name;
  double width;
};

class Formula : public ::testing::TestWithParam<Exported> {};

TEST_P(Formula, OfMobileNetV2GivesTheExportedGraph) {
  const std::string name = GetParam().name;
  const Totals exported = totals(loaded(name, of_image(128)));
  NetworkOptions options = of_image(128);
  options.width = GetParam().width;
  const Totals made = totals(loaded(name, options));
  EXPECT_DOUBLE_EQ(made.macs, exported.macs);
  EXPECT_DOUBLE_EQ(made.parameters, exported.parameters);
  EXPECT_DOUBLE_EQ(made.buffers, exported.buffers);
}

INSTANTIATE_TEST_SUITE_P(LoadNetwork, Formula,
                         ::testing::Values(Exported{"mobilenet_v2", 1.0},
                                           Exported{"keras/mobilenet_v2", 1.0},
                                           Exported{"keras/mobilenet_v2_0.5", 0.5}),
                         [](const auto& each) { return "Network" + std::to_string(each.index); });

TEST(LoadNetwork, HeadsAndFrozenLayersAreApplied) {
  NetworkOptions options = of_image(128);
  options.head = Head{.pooling = Head::Pooling::kGlobalAverage, .units = {512, 1}};
  options.frozen = 1.0;
  const Totals sum = totals(loaded("resnet50", options));
  EXPECT_DOUBLE_EQ(sum.trainable_parameters, 2048 * 512 + 512 + 512 + 1);
  EXPECT_DOUBLE_EQ(sum.parameters, 25'557'032 - 2'049'000 + sum.trainable_parameters);
}

TEST(LoadNetwork, EveryImageNetworkTakesAHeadOnItsFeatures) {
  const auto inputs = [](const char* name, const char* text) {
    NetworkOptions options = of_image(128);
    options.head = *parse_head(text);
    return loaded(name, options).operators.back().in_channels;
  };
  EXPECT_EQ(inputs("keras/nasnet_mobile", "1"), 1056.0);
  EXPECT_EQ(inputs("keras/nasnet_mobile", "flatten,1"), 16 * 1056.0);
  EXPECT_EQ(inputs("keras/xception", "1"), 2048.0);
  EXPECT_EQ(inputs("keras/inception_v3", "flatten,1"), 4 * 2048.0);
  EXPECT_EQ(inputs("densenet121", "1"), 1024.0);
  EXPECT_EQ(inputs("efficientnet_b0", "1"), 1280.0);
  EXPECT_EQ(inputs("convnext_tiny", "1"), 768.0);
  EXPECT_EQ(inputs("shufflenet_v2_x1_0", "1"), 1024.0);
  EXPECT_EQ(inputs("mobilenet_v3_large", "1"), 960.0);
}

TEST(LoadNetwork, TransformersTakeAHeadOnTheirWidth) {
  NetworkOptions options;
  options.head = *parse_head("2");
  for (const char* name : {"bert-base", "gpt2", "vit_b_16"}) {
    EXPECT_EQ(loaded(name, options).operators.back().in_channels, 768.0) << name;
  }
  EXPECT_EQ(loaded("swin_t", options).operators.back().in_channels, 768.0);
}

TEST(LoadNetwork, HeadsOfVggFollowItsFeatureMap) {
  NetworkOptions options = of_image(128);
  options.head = Head{.pooling = Head::Pooling::kFlatten, .units = {10}};
  EXPECT_DOUBLE_EQ(loaded("keras/vgg16", options).operators.back().in_channels, 4 * 4 * 512);
}

TEST(LoadNetwork, WhatDoesNotGoTogetherIsOneLine) {
  EXPECT_THAT(error_of("resnet50", of_batch(0)), HasSubstr("batch size"));
  EXPECT_THAT(error_of("resnet50", of_image(-1)), HasSubstr("from 1 to"));
  NetworkOptions options;
  options.sequence_length = 7;
  EXPECT_THAT(error_of("resnet50", options), HasSubstr("takes no sequences"));
  options = {};
  options.width = 0.5;
  EXPECT_THAT(error_of("resnet50", options), HasSubstr("has no width"));
  options.width = 5.0;
  EXPECT_THAT(error_of("mobilenet_v2", options), HasSubstr("at most 4"));
  options = {};
  options.frozen = 1.5;
  EXPECT_THAT(error_of("resnet50", options), HasSubstr("0 to 1"));
  options = {};
  options.image_width = 100;
  EXPECT_THAT(error_of("resnet50", options), HasSubstr("needs its height"));
}

// A file in a folder of its own, which is gone with it.
class File {
 public:
  explicit File(const std::string& content) {
    std::string pattern = (std::filesystem::temp_directory_path() / "joulecast.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::ofstream(path()) << content;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path() const { return (folder_ / "network.bin").string(); }

 private:
  std::filesystem::path folder_;
};

TEST(LoadNetwork, ConfigurationsAreToldByTheirContent) {
  const File file(
      "\xef\xbb\xbf \n"
      R"({"model_type": "gpt2", "vocab_size": 100, "n_embd": 8,
                                       "n_layer": 1, "n_head": 2, "n_positions": 16})");
  const Network network = loaded(file.path());
  EXPECT_EQ(network.input_shape, std::vector<std::int64_t>{16});
  EXPECT_EQ(network.name, file.path());
  EXPECT_THAT(error_of(file.path(), of_image(8)), HasSubstr("takes no images"));
}

TEST(LoadNetwork, FilesThatAreNeitherAreErrors) {
  const File file("something else");
  EXPECT_THAT(error_of(file.path()), HasSubstr(file.path()));
  EXPECT_THAT(error_of("missing.onnx"), HasSubstr("there is no such file"));
  EXPECT_THAT(error_of("no_such_network"), HasSubstr("there is no network"));
}

TEST(TrainingMemory, IsSixteenBytesAParameterInHalfPrecision) {
  Network network = mobilenet_v2({});
  const Totals sum = totals(network);
  const TrainingMemory half = training_memory(network, Precision::kBf16);
  EXPECT_DOUBLE_EQ(half.weights + half.gradients + half.optimiser,
                   16.0 * sum.parameters + 4.0 * sum.buffers);
  const TrainingMemory full = training_memory(network, Precision::kFp32);
  EXPECT_DOUBLE_EQ(full.weights + full.gradients + full.optimiser,
                   16.0 * sum.parameters + 4.0 * sum.buffers);
  EXPECT_DOUBLE_EQ(full.activations, sum.activation_bytes + 4.0 * network.input_elements);
  freeze(network, 1.0);
  const TrainingMemory frozen = training_memory(network, Precision::kFp32);
  EXPECT_DOUBLE_EQ(frozen.gradients, 4.0 * (1280 * 1000 + 1000));
  EXPECT_LT(frozen.activations, 0.01 * full.activations);
}

TEST(LoadNetwork, SizesThatANetworkDoesNotTakeAreSaid) {
  EXPECT_THAT(error_of("unet", of_image(100)), HasSubstr("choose a multiple of 16"));
  EXPECT_THAT(error_of("keras/nasnet_mobile", of_image(100)), HasSubstr("multiple of 32"));
  for (const int size : {1, 20}) {
    EXPECT_THAT(error_of("inception_v3", of_image(size)), HasSubstr("is too small")) << size;
  }
  EXPECT_THAT(error_of("vgg16", of_image(16)), HasSubstr("image size 16 is too small"));
  EXPECT_THAT(error_of("resnet50", of_batch(kLargestSize + 1)), HasSubstr("from 1 to 16777216"));
}

TEST(LoadNetwork, NetworksWithoutAClassifierTakeNoHead) {
  NetworkOptions options;
  options.head = *parse_head("2");
  for (const char* name : {"ssd300_vgg16", "unet", "deepspeech2", "neumf"}) {
    EXPECT_THAT(error_of(name, options), HasSubstr("leave out the head")) << name;
  }
}

TEST(LoadNetwork, DropoutOfNoShareIsNotThere) {
  for (const Operator& op : loaded("vit_b_16").operators) EXPECT_NE(op.type, "Dropout");
}

TEST(LoadNetwork, WhatIsNoFileIsSaid) {
  EXPECT_THAT(error_of("/"), HasSubstr("is a folder"));
  EXPECT_THAT(error_of("/dev/null"), HasSubstr("is not a regular file"));
  EXPECT_THAT(error_of("./resnet50"), HasSubstr("there is no such file"));
}

TEST(TrainingMemory, CountsWhatTheFirstLayerThatTrainsReads) {
  NetworkOptions options = of_image(128);
  options.head = *parse_head("flatten,2048,1");
  options.frozen = 1.0;
  const TrainingMemory memory = training_memory(loaded("keras/vgg16", options), Precision::kFp32);
  EXPECT_DOUBLE_EQ(memory.activations, 4.0 * (4 * 4 * 512 + 2048 + 2048 + 1));
}

}  // namespace
}  // namespace joulecast::network
