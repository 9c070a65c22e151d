#include "joulecast/run/measured.h"

#include <gtest/gtest.h>

#include <vector>

namespace joulecast {
namespace {

TEST(ErrorOfSum, AddsUpWithinAKindAndInSquaresBetweenKinds) {
  std::vector<Device> devices(3);
  devices[0].kind = devices[1].kind = DeviceKind::kGpu;
  devices[2].kind = DeviceKind::kCpu;
  const std::vector<Joules> errors = {Joules(1.0), Joules(2.0), Joules(4.0)};
  EXPECT_DOUBLE_EQ(error_of_sum(devices, errors).value(), 5.0);
  EXPECT_EQ(error_of_sum({}, {}).value(), 0.0);
}

}  // namespace
}  // namespace joulecast
