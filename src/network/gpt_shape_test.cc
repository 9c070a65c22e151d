#include "network/gpt_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/network/named.h"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

TEST(GptShape, OfGpt2IsGpt2) {
  NetworkOptions options;
  options.sequence_length = 1024;
  const auto shape = load_network("gpt 12x768x12", options);
  const auto named = load_network("gpt2", options);
  ASSERT_TRUE(shape.ok()) << shape.error().message;
  ASSERT_TRUE(named.ok());
  EXPECT_EQ(shape->name, "gpt 12x768x12");
  EXPECT_EQ(totals(*shape).macs, totals(*named).macs);
  EXPECT_EQ(totals(*shape).parameters, totals(*named).parameters);
}

TEST(GptShape, TheVocabularyMayBeSaid) {
  NetworkOptions options;
  options.sequence_length = 2048;
  // As llm-foundry counts MPT-125M's.
  EXPECT_EQ(totals(*load_network("gpt 12x768x12x50368", options)).parameters, 125'311'488);
}

TEST(GptShape, TakesAnySequenceButNoImage) {
  NetworkOptions options;
  options.sequence_length = 2048;
  EXPECT_EQ(load_network("gpt 2x64x4", options)->input_shape.front(), 2048);
  options.image_height = 32;
  EXPECT_THAT(load_network("gpt 2x64x4", options).error().message, HasSubstr("takes no images"));
}

TEST(GptShape, WhatIsNoShapeIsRefusedInOneLine) {
  for (const char* text : {"gpt ", "gpt 12", "gpt 12x768", "gpt 12x768x12x3x4", "gpt 12x0x12",
                           "gpt 12x768xa", "gpt -1x768x12", "gpt 12xx12"}) {
    const auto network = gpt_shape(text);
    ASSERT_FALSE(network.ok()) << text;
    EXPECT_THAT(network.error().message, HasSubstr("is no GPT: write")) << text;
  }
  EXPECT_FALSE(gpt_shape("gpt 12x770x12").ok()) << "heads must divide the width";
  EXPECT_FALSE(gpt_shape("gpt 999999999x768x12").ok());
}

}  // namespace
}  // namespace joulecast::network
