#include "joulecast/network/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/mobilenet_v2.h"
#include "network/network_builder.h"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

TEST(Head, IsReadAndWritten) {
  for (const char* text : {"average,512,1", "flatten,2048,bn,1024,bn,102", "flatten,10"}) {
    const auto head = parse_head(text);
    ASSERT_TRUE(head.ok()) << head.error().message;
    EXPECT_EQ(to_string(*head), text);
  }
  EXPECT_EQ(to_string(*parse_head(" 512 , 1")), "average,512,1");
}

TEST(Head, WhatIsWrongIsSaid) {
  for (const char* text : {"", "flatten", "512,", "bn,1", "512,bn", "512,bn,bn,1", "512,bn,256,1",
                           "0", "-3", "1.5", "99999999999", "max,3", ",,"}) {
    const auto head = parse_head(text);
    ASSERT_FALSE(head.ok()) << text;
    EXPECT_THAT(head.error().message, HasSubstr("is not a head")) << text;
  }
}

double head_parameters(const Network& network) {
  double sum = 0.0;
  for (const Operator& op : network.operators) sum += op.in_head ? op.parameters : 0.0;
  return sum;
}

TEST(Head, IsPutInPlaceOfTheNetworksOwn) {
  Network network = mobilenet_v2({.batch_size = 3, .height = 128, .width_px = 128});
  EXPECT_DOUBLE_EQ(head_parameters(network), 1280 * 1000 + 1000);
  ASSERT_TRUE(replace_head(network, *parse_head("512,1")).ok());
  EXPECT_DOUBLE_EQ(head_parameters(network), 1280 * 512 + 512 + 512 + 1);
  EXPECT_EQ(network.operators.back().name, "head.dense_2");
  ASSERT_TRUE(replace_head(network, *parse_head("flatten,20,bn,10")).ok());
  EXPECT_DOUBLE_EQ(head_parameters(network), 16 * 1280 * 20 + 20 + 2 * 20 + 20 * 10 + 10);
  EXPECT_DOUBLE_EQ(totals(network.operators.back()).macs, 3 * 200);
}

TEST(Head, FollowsPoolingAndConcatenation) {
  Network network;
  network.batch_size = 2;
  NetworkBuilder builder(std::move(network));
  const FeatureMap map =
      builder.convolution("conv", {.channels = 3, .height = 8, .width = 8}, {.out_channels = 4});
  Network made = std::move(builder).take();
  // A quarter of the positions, and then twice the channels.
  Operator pool = made.operators.back();
  pool = {.name = "pool",
          .type = "MaxPool",
          .kind = OperatorClass::kReduction,
          .output_elements = 2 * map.elements() / 4};
  Operator concat = pool;
  concat.type = "Concat";
  concat.output_elements *= 2;
  made.operators.push_back(pool);
  made.operators.push_back(concat);
  ASSERT_TRUE(replace_head(made, *parse_head("flatten,1")).ok());
  EXPECT_DOUBLE_EQ(made.operators.back().in_channels, 8 * 16);
  ASSERT_TRUE(replace_head(made, *parse_head("1")).ok());
  EXPECT_DOUBLE_EQ(made.operators.back().in_channels, 8);
}

}  // namespace
}  // namespace joulecast::network
