#include "network/nas_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/network/named.h"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

double parameters(const char* text) {
  const auto network = nas_cell(text);
  EXPECT_TRUE(network.ok()) << network.error().message;
  return network ? totals(*network).parameters : 0.0;
}

std::string error(const char* text) {
  const auto network = nas_cell(text);
  return network ? "no error" : network.error().message;
}

// EC-NAS-Bench's own counts of such cells' parameters.
TEST(NasCell, HasTheParametersThatWerePublished) {
  EXPECT_EQ(parameters("cell [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]] "
                       "[-1, 2, 2, -2]"),
            1'756'298);
  EXPECT_EQ(parameters("cell [[0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]] "
                       "[-1, 0, 0, -2]"),
            5'969'674);
  EXPECT_EQ(parameters("cell [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]] "
                       "[-1, 0, 0, -2]"),
            6'406'538);
}

TEST(NasCell, ItsOperatorsAreThoseOfTheSkeleton) {
  // One 1 x 1 projection and one 3 x 3 convolution a cell, nine cells, and the stem.
  const auto network = nas_cell("cell [[0,1,0],[0,0,1],[0,0,0]] [-1,0,-2]", {.batch_size = 2});
  ASSERT_TRUE(network.ok());
  EXPECT_EQ(network->batch_size, 2);
  EXPECT_EQ(network->input_elements, 3.0 * 32 * 32);
  double macs = 2.0 * 32 * 32 * 27 * 128;
  const double cells[3][3] = {{32, 128, 128}, {16, 128, 256}, {8, 256, 512}};
  for (const auto& [side, in, channels] : cells) {
    const double positions = 2.0 * side * side;
    macs += positions * channels * (in + 2 * channels + 3 * 9 * channels);
  }
  macs += 2.0 * 512 * 10;
  EXPECT_DOUBLE_EQ(totals(*network).macs, macs);
  EXPECT_TRUE(network->operators.back().in_head);
}

TEST(NasCell, IsANetworkByName) {
  const std::string name = "cell [[0, 1], [0, 0]] [-1, -2]";
  NetworkOptions options;
  options.batch_size = 8;
  options.head.emplace().units = {100};
  const auto network = load_network(name, options);
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(network->name, name);
  EXPECT_EQ(network->batch_size, 8);
  EXPECT_EQ(network->operators.back().out_channels, 100.0);
  NetworkOptions larger, sequence, wide;
  larger.image_height = 64;
  EXPECT_EQ(load_network(name, larger)->input_elements, 3.0 * 64 * 64);
  sequence.sequence_length = 4;
  EXPECT_FALSE(load_network(name, sequence).ok());
  wide.width = 0.5;
  EXPECT_FALSE(load_network(name, wide).ok());
}

TEST(NasCell, WhatIsNoCellIsRefusedInOneLine) {
  for (const char* text :
       {"cell ", "cell [[0,1],[0,0]]", "cell [[0,1],[0,0]] [-1]", "cell [[0,1],[1,0]] [-1,-2]",
        "cell [[0,2],[0,0]] [-1,-2]", "cell [[0,1],[0,0]] [-2,-1]", "cell [[0,1],[0]] [-1,-2]",
        "cell [[0,1,0],[0,0,1],[0,0,0]] [-1,3,-2]", "cell [[[[[[0]]]]]] [-1,-2]", "cell [[0]] [-1]",
        "cell {\"a\":[[1]]} [-1,-2]", "cell [[0,1.5],[0,0]] [-1,-2]"}) {
    EXPECT_THAT(error(text), HasSubstr("is no cell: write")) << text;
  }
  EXPECT_THAT(error("cell [[0,0,1],[0,0,1],[0,0,0]] [-1,0,-2]"), HasSubstr("vertex 1 lies on no"));
  EXPECT_THAT(error("cell [[0,0],[0,0]] [-1,-2]"), HasSubstr("vertex 0 lies on no way"));
  EXPECT_THAT(nas_cell("cell [[0,1],[0,0]] [-1,-2]", {.height = 30}).error().message,
              HasSubstr("multiple of 4"));
}

}  // namespace
}  // namespace joulecast::network
