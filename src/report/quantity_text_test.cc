#include "report/quantity_text.h"

#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

TEST(QuantityText, ChoosesAUnitThatReadsWell) {
  EXPECT_EQ(to_text(Joules(812.34)), "812.3 J");
  EXPECT_EQ(to_text(Joules(8412.0)), "8.412 kJ");
  EXPECT_EQ(to_text(Joules(1.2e6)), "1.200 MJ");
  EXPECT_EQ(to_text(Joules(0.0)), "0.000 J");
  EXPECT_EQ(to_text(Watts(105.25)), "105.2 W");
  EXPECT_EQ(to_text(Watts(5120.0)), "5.120 kW");
}

TEST(QuantityText, DurationsReadAsClocksDo) {
  EXPECT_EQ(to_text(Seconds(2.35)), "2.350 s");
  EXPECT_EQ(to_text(Seconds(200.0)), "3 min 20 s");
  EXPECT_EQ(to_text(Seconds(59.9999)), "60.00 s");
  EXPECT_EQ(to_text(Seconds(3599.7)), "1 h 00 min");
  EXPECT_EQ(to_text(Seconds(3900.0)), "1 h 05 min");
}

}  // namespace
}  // namespace joulecast::report
