#include "report/plot.h"

#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

Plot ramp() {
  Plot plot;
  plot.title = "Ramp";
  plot.y_label = "W";
  plot.x_label = "time, s";
  plot.height = 3;
  plot.x_max = 10.0;
  plot.lines.push_back({.points = {{.x = 0.0, .y = 0.0}, {.x = 10.0, .y = 1.0}}});
  plot.x_marks = {0.0, 10.0};
  return plot;
}

TEST(Plot, DrawsInPlainCharactersWhereThereIsNoUnicode) {
  const std::string text = draw(ramp(), {.colour = false, .unicode = false, .width = 41});
  EXPECT_EQ(text,
            "Ramp W\n"
            "       1 |                    **********\n"
            "     0.5 |         ************         \n"
            "       0 |**********                    \n"
            "         ++----------------------------+\n"
            "          0          time, s          10\n");
}

TEST(Plot, EveryRowHasTheTerminalsWidthAndNoEscapeWithoutColour) {
  const std::string text = draw(ramp(), {.colour = false, .unicode = true, .width = 60});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("⠤"), std::string::npos) << text;
}

TEST(Plot, WhatLiesOutsideIsNotDrawn) {
  Plot plot = ramp();
  plot.lines = {{.points = {{.x = -5.0, .y = -5.0}, {.x = -4.0, .y = 9.0}}}};
  plot.band = PlotBand{.points = {{.x = 100.0, .low = -1e300, .high = 1e300}}};
  plot.level = 55.0;
  const std::string text = draw(plot, {.colour = false, .unicode = false, .width = 41});
  EXPECT_EQ(text.find('*'), std::string::npos);
}

TEST(Plot, AxesEndAtRoundNumbers) {
  EXPECT_DOUBLE_EQ(round_range(0.0, 9.87).high, 10.0);
  EXPECT_DOUBLE_EQ(round_range(2041.0, 2436.0).low, 2000.0);
  EXPECT_DOUBLE_EQ(round_range(2041.0, 2436.0).high, 2500.0);
  const AxisRange level = round_range(5.0, 5.0);
  EXPECT_LT(level.low, level.high) << "an axis has a length, also of one number";
}

}  // namespace
}  // namespace joulecast::report
