#include "report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Svg, DrawsLinesBandLevelAndLabels) {
  Plot plot;
  plot.title = "Projected total";
  plot.y_label = "kJ";
  plot.x_label = "epochs seen";
  plot.x_max = 10.0;
  plot.y_max = 5.0;
  plot.band = PlotBand{
      .points = {{.x = 0.0, .low = 1.0, .high = 4.0}, {.x = 10.0, .low = 2.0, .high = 3.0}}};
  plot.lines = {{.points = {{.x = 0.0, .y = 2.0}, {.x = 10.0, .y = 2.5}}}};
  plot.level = 2.5;
  const std::string svg = draw_svg("a run", {plot});
  EXPECT_THAT(svg, HasSubstr("<polygon class='band'"));
  EXPECT_THAT(svg, HasSubstr("<polyline class='line l0' points='70.0,181.6 840.0,164.0 '"));
  EXPECT_THAT(svg, HasSubstr("class='level'"));
  EXPECT_THAT(svg, HasSubstr("Projected total, kJ"));
  EXPECT_THAT(svg, HasSubstr("epochs seen"));
}

TEST(Svg, NamesCannotBreakOutOfTheirPlace) {
  const std::string svg = draw_svg("<script>alert('&')</script>\x01", {});
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("\x01")));
}

}  // namespace
}  // namespace joulecast::report
