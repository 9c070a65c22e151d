// Charts made of characters.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/terminal.h"

namespace joulecast::report {

struct PlotPoint {
  double x;
  double y;
};

/// A line of points, e.g. power over time.
struct PlotLine {
  std::vector<PlotPoint> points;
  std::string colour = "36";  ///< ANSI code, used on colour terminals only.
};

/// A shaded area between two lines over the same x, e.g. an interval.
struct PlotBand {
  struct Point {
    double x, low, high;
  };
  std::vector<Point> points;
};

struct Plot {
  std::string title;
  std::string x_label, y_label;
  double x_min = 0.0, x_max = 1.0;  ///< x_min < x_max
  double y_min = 0.0, y_max = 1.0;  ///< y_min < y_max; what lies outside is not drawn
  std::size_t height = 11;  ///< Rows of the drawing area; odd, so that one is in the middle.
  std::optional<PlotBand> band;
  std::vector<PlotLine> lines;
  std::optional<double> level;  ///< A dashed horizontal line.
  std::vector<double> x_marks;  ///< Ticks on the x axis, e.g. where epochs begin.
  std::string legend;           ///< What band and dashes mean; may be empty.
};

/// The range [low, high] widened to round numbers, for an axis.
struct AxisRange {
  double low, high;
};
AxisRange round_range(double low, double high);
/// The step of 1, 2 or 5 times a power of ten that cuts `span` > 0 into about five parts.
double round_step(double span);

/// The chart as text, each line ended by a newline. Lines are drawn in braille dots (2 x 4 to a
/// character), or in '*' where the terminal has no Unicode.
std::string draw(const Plot& plot, const Terminal& terminal);

}  // namespace joulecast::report
