#include "joulecast/network/named.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "network/named_files.h"
#include "network/named_index.h"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kIndex = R"(
[[networks]]
name = "resnet50"
family = "ResNet"
origin = "torchvision 0.20.1"
image_size = 224
aliases = ["resnet"]
file = "resnet50.onnx.zst"
[[networks]]
name = "keras/resnet50"
family = "ResNet"
origin = "Keras 3.8"
image_size = 224
file = "keras/resnet50.onnx.zst"
[[networks]]
name = "keras/nasnet_mobile"
family = "NASNet"
origin = "Keras 3.8"
image_size = 224
any_size = false
file = "keras/nasnet_mobile.onnx.zst"
[[networks]]
name = "bert-base-uncased"
family = "BERT"
origin = "formula"
sequence_length = 512
aliases = ["bert-base", "bert"]
file = "transformers/bert-base-uncased.json"
[[networks]]
name = "without a file"
family = "none"
origin = "none"
)";

std::string found(std::string_view name) {
  const auto index = read_index(kIndex);
  const auto entry = find_entry(index, name);
  return entry.ok() ? (*entry)->network.name : entry.error().message;
}

TEST(Index, IsReadAndSorted) {
  const auto index = read_index(kIndex);
  ASSERT_EQ(index.size(), 4U);
  EXPECT_EQ(index[0].network.name, "bert-base-uncased");
  EXPECT_EQ(index[0].network.sequence_length, 512);
  EXPECT_EQ(index[0].aliases.size(), 2U);
  EXPECT_FALSE(index[1].network.any_size);
  EXPECT_EQ(index[1].network.image_size, 224);
  EXPECT_TRUE(read_index("this is not TOML").empty());
  EXPECT_TRUE(read_index("networks = 3").empty());
}

TEST(Index, NamesAreFoundAsPeopleWriteThem) {
  for (const char* name : {"resnet50", "ResNet-50", "res_net 50", "torchvision/resnet50",
                           "pytorch/ResNet50", "resnet"}) {
    EXPECT_EQ(found(name), "resnet50") << name;
  }
  EXPECT_EQ(found("Keras/ResNet50"), "keras/resnet50");
  EXPECT_EQ(found("tensorflow/nasnet-mobile"), "keras/nasnet_mobile");
  EXPECT_EQ(found("tensorflow/resnet-50"), "keras/resnet50") << "not torchvision's";
  EXPECT_EQ(found("tf/ResNet50"), "keras/resnet50");
  EXPECT_EQ(found("NASNetMobile"), "keras/nasnet_mobile");
  EXPECT_EQ(found("bert"), "bert-base-uncased");
  EXPECT_EQ(found("publisher/bert-base-uncased"), "bert-base-uncased");
}

TEST(Index, AFrameworkThatHasNoSuchNetworkIsNotPassedOver) {
  EXPECT_THAT(found("timm/resnet50"), HasSubstr("there is no network 'timm/resnet50'"));
  EXPECT_THAT(found("torchvision/nasnet_mobile"), HasSubstr("there is no network"));
  EXPECT_THAT(found("somebody/resnet50"), HasSubstr("there is no network"));
}

TEST(NamedNetworks, OneArchitectureWhateverTheFrameworkAndTheWidth) {
  for (const char* name : {"resnet50", "ResNet-50", "keras/resnet50", "tensorflow/ResNet50"}) {
    EXPECT_EQ(architecture_of(name), "resnet50") << name;
  }
  EXPECT_EQ(architecture_of("keras/resnet50_v2"), "resnet50_v2");
  EXPECT_EQ(architecture_of("keras/mobilenet_v2_0.5"), "mobilenet_v2");
  EXPECT_EQ(architecture_of("keras/mobilenet_0.25"), "mobilenet");
  EXPECT_EQ(architecture_of("mobilenet_v3_large"), "mobilenet_v3_large");
  EXPECT_EQ(architecture_of("ShuffleNetV2"), "shufflenet_v2");
  EXPECT_EQ(architecture_of("mnasnet0_5"), "mnasnet");
  EXPECT_EQ(architecture_of("squeezenet1_1"), "squeezenet1_1");
  EXPECT_EQ(architecture_of("inception_v3 at 75 px"), "inception_v3 at 75 px");
  EXPECT_EQ(architecture_of("gpt 24x2048x16x50368"), "gpt 24x2048");
  EXPECT_EQ(architecture_of("gpt 24x2048x32"), "gpt 24x2048");
  EXPECT_EQ(architecture_of("gpt 24"), "gpt 24");
  EXPECT_EQ(architecture_of("timm/mobilenetv2_140"), "mobilenet_v2");
  EXPECT_EQ(architecture_of("timm/ResNet50"), "resnet50");
  EXPECT_EQ(architecture_of("mine.onnx"), "mine.onnx");
}

TEST(NamedNetworks, WhatCanBeLoadedIsKnownBeforehand) {
  for (const char* name : {"resnet50", "timm/resnet50", "timm/regnetx_032", "gpt 2x64x4",
                           "cell [[0,1],[0,0]] [-1,-2]", __FILE__}) {
    EXPECT_TRUE(is_network(name)) << name;
  }
  for (const char* name : {"resnet51", "timm/nothing", "none.onnx", ""}) {
    EXPECT_FALSE(is_network(name)) << name;
  }
}

TEST(Index, NearNamesAreOffered) {
  EXPECT_THAT(found("resnet51"), HasSubstr("did you mean resnet50"));
  EXPECT_THAT(found("nasnet"), HasSubstr("keras/nasnet_mobile"));
  EXPECT_THAT(found("zzzzzz"), HasSubstr("--list"));
  EXPECT_THAT(found(""), HasSubstr("there is no network ''"));
}

TEST(NamedNetworks, EveryEntryHasItsFileAndNoNameMeansTwo) {
  std::map<std::string, std::string> names;
  for (const IndexEntry& entry : named_index()) {
    const auto files = named_files();
    EXPECT_TRUE(std::any_of(files.begin(), files.end(), [&](const NamedFile& file) {
      return file.name == entry.file && !file.bytes.empty();
    })) << entry.file;
    auto all = entry.aliases;
    all.push_back(entry.network.name);
    for (const std::string& name : all) {
      const auto meant = find_network(name);
      ASSERT_TRUE(meant.ok()) << meant.error().message;
      EXPECT_EQ(meant->name, entry.network.name) << name;
    }
  }
  EXPECT_EQ(named_networks().size(), named_index().size());
  EXPECT_GE(named_index().size(), 60U);
}

}  // namespace
}  // namespace joulecast::network
