#include "network/mobilenet_v2.h"

#include <gtest/gtest.h>

namespace joulecast::network {
namespace {

struct Published {
  double width, parameters, macs;
};

class Widths : public ::testing::TestWithParam<Published> {};

// Parameters and MACs (without those of biases) as both frameworks' definitions give them.
TEST_P(Widths, AreThoseOfTheDefinition) {
  const auto sum = totals(mobilenet_v2({.width = GetParam().width}));
  EXPECT_DOUBLE_EQ(sum.parameters, GetParam().parameters);
  EXPECT_NEAR(sum.macs, GetParam().macs, 1e-3 * GetParam().macs);
}

INSTANTIATE_TEST_SUITE_P(MobileNetV2, Widths,
                         ::testing::Values(Published{1.0, 3'504'872, 300.77e6},
                                           Published{0.5, 1'968'680, 97.1e6},
                                           Published{1.4, 6'108'776, 582e6}));

TEST(MobileNetV2, FrameworksRoundOddWidthsInTheirOwnWay) {
  const auto parameters = [](bool keras) {
    return totals(mobilenet_v2({.keras = keras, .width = 0.746})).parameters;
  };
  EXPECT_NE(parameters(true), parameters(false));
  EXPECT_EQ(totals(mobilenet_v2({.keras = true, .width = 0.5})).parameters, 1'968'680);
}

}  // namespace
}  // namespace joulecast::network
