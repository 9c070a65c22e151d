#include "report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace joulecast::report {
namespace {

constexpr std::size_t kMargin = 9;  // columns for the y axis' numbers

// Width of UTF-8 text in terminal columns, all our characters being one column wide.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string utf8(std::uint32_t code) {
  return {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

// A drawing area of cells, each with braille dots, or one character where nothing is dotted.
class Canvas {
 public:
  Canvas(const Plot& plot, std::size_t width)
      : plot_(plot), width_(width), cells_(width * plot.height) {}

  // Straight between its points, like a line.
  void draw_band(const PlotBand& band) {
    for (std::size_t i = 0; i < band.points.size(); ++i) {
      const PlotBand::Point& b = band.points[i];
      const PlotBand::Point& a = i == 0 ? b : band.points[i - 1];
      const auto first = static_cast<std::ptrdiff_t>(std::floor(dot_x(a.x) / 2.0));
      const auto last = static_cast<std::ptrdiff_t>(std::floor(dot_x(b.x) / 2.0));
      for (std::ptrdiff_t column = std::max<std::ptrdiff_t>(first, 0);
           column <= std::min(last, static_cast<std::ptrdiff_t>(width_) - 1); ++column) {
        const double f =
            last == first ? 1.0
                          : static_cast<double>(column - first) / static_cast<double>(last - first);
        shade(column, a.low + f * (b.low - a.low), a.high + f * (b.high - a.high));
      }
    }
  }

  void draw_level(double y) {
    const auto row = static_cast<std::ptrdiff_t>(std::floor(dot_y(y) / 4.0));
    for (std::size_t column = 0; column < width_; ++column) {
      if (Cell* cell = at(static_cast<std::ptrdiff_t>(column), row)) cell->level = true;
    }
  }

  void draw_line(const PlotLine& line) {
    for (std::size_t i = 0; i < line.points.size(); ++i) {
      const PlotPoint& b = line.points[i];
      const PlotPoint& a = i == 0 ? b : line.points[i - 1];
      const double ax = dot_x(a.x), ay = dot_y(a.y), bx = dot_x(b.x), by = dot_y(b.y);
      const double steps = std::clamp(std::ceil(std::max(std::abs(bx - ax), std::abs(by - ay))),
                                      1.0, 4.0 * static_cast<double>(width_ + plot_.height));
      const auto count = static_cast<int>(steps);
      for (int s = 0; s <= count; ++s) {
        const double f = static_cast<double>(s) / static_cast<double>(count);
        set_dot(ax + f * (bx - ax), ay + f * (by - ay), line.colour);
      }
    }
  }

  std::string row_text(std::size_t row, const Terminal& terminal) const {
    std::string text;
    for (std::size_t column = 0; column < width_; ++column) {
      const Cell& cell = cells_[row * width_ + column];
      if (cell.dots != 0) {
        text += terminal.colour_of(cell.colour, terminal.unicode ? utf8(0x2800 + cell.dots) : "*");
      } else if (cell.level) {
        text += terminal.dim(terminal.unicode ? "┄" : "-");
      } else if (cell.shaded) {
        text += terminal.dim(terminal.unicode ? "░" : ":");
      } else {
        text += ' ';
      }
    }
    return text;
  }

  double dot_x(double x) const {
    return (x - plot_.x_min) / (plot_.x_max - plot_.x_min) *
           (2.0 * static_cast<double>(width_) - 1.0);
  }

 private:
  struct Cell {
    std::uint8_t dots = 0;
    bool shaded = false;
    bool level = false;
    std::string colour;
  };

  void shade(std::ptrdiff_t column, double low, double high) {
    const double rows = static_cast<double>(plot_.height);
    const auto top = static_cast<std::ptrdiff_t>(std::clamp(dot_y(high) / 4.0, 0.0, rows));
    const auto bottom = static_cast<std::ptrdiff_t>(std::clamp(dot_y(low) / 4.0, 0.0, rows));
    for (auto row = top; row <= bottom; ++row) {
      if (Cell* cell = at(column, row)) cell->shaded = true;
    }
  }

  double dot_y(double y) const {
    const double dots = 4.0 * static_cast<double>(plot_.height) - 1.0;
    return (plot_.y_max - y) / (plot_.y_max - plot_.y_min) * dots;
  }

  Cell* at(std::ptrdiff_t column, std::ptrdiff_t row) {
    if (column < 0 || row < 0 || column >= static_cast<std::ptrdiff_t>(width_) ||
        row >= static_cast<std::ptrdiff_t>(plot_.height)) {
      return nullptr;
    }
    return &cells_[static_cast<std::size_t>(row) * width_ + static_cast<std::size_t>(column)];
  }

  void set_dot(double x, double y, const std::string& colour) {
    const auto dx = std::lround(x), dy = std::lround(y);
    if (dx < 0 || dy < 0) return;
    Cell* cell = at(dx / 2, dy / 4);
    if (cell == nullptr) return;
    // Unicode numbers a braille cell's dots 1-3 and 7 down the left side, 4-6 and 8 down the right.
    constexpr std::uint8_t kDots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cell->dots |= kDots[dy % 4][dx % 2];
    cell->colour = colour;
  }

  const Plot& plot_;
  std::size_t width_;
  std::vector<Cell> cells_;
};

std::string axis_number(double value) { return fmt::format("{:.4g}", value); }

}  // namespace

double round_step(double span) {
  const double rough = span / 5.0;
  const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * magnitude;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * magnitude >= rough) step = factor * magnitude;
  }
  return step;
}

AxisRange round_range(double low, double high) {
  const double step = round_step(std::max(high - low, 1e-9 * std::max(1.0, std::abs(high))));
  const double floor = std::floor(low / step) * step;
  return {.low = floor, .high = std::max(floor + step, std::ceil(high / step) * step)};
}

std::string draw(const Plot& plot, const Terminal& terminal) {
  const std::size_t width = terminal.width - kMargin - 2;
  Canvas canvas(plot, width);
  if (plot.band) canvas.draw_band(*plot.band);
  if (plot.level) canvas.draw_level(*plot.level);
  for (const PlotLine& line : plot.lines) canvas.draw_line(line);

  const char* side = terminal.unicode ? "┤" : "|";
  std::string text = fmt::format("{} {}\n", terminal.bold(plot.title), terminal.dim(plot.y_label));
  for (std::size_t row = 0; row < plot.height; ++row) {
    // A number at the top, at the bottom and in the middle.
    const bool numbered = row == 0 || row == plot.height - 1 || row == plot.height / 2;
    const double y = plot.y_max - (plot.y_max - plot.y_min) * static_cast<double>(row) /
                                      static_cast<double>(plot.height - 1);
    text += fmt::format("{:>{}} {}{}\n", numbered ? axis_number(y) : "", kMargin - 1,
                        terminal.dim(side), canvas.row_text(row, terminal));
  }

  std::string axis;
  std::vector<bool> marked(width, false);
  for (const double x : plot.x_marks) {
    const auto column = std::lround(std::floor(canvas.dot_x(x) / 2.0));
    if (column >= 0 && column < static_cast<long>(width))
      marked[static_cast<std::size_t>(column)] = true;
  }
  for (std::size_t column = 0; column < width; ++column) {
    if (terminal.unicode) {
      axis += marked[column] ? "┴" : "─";
    } else {
      axis += marked[column] ? '+' : '-';
    }
  }
  text += fmt::format("{:>{}} {}{}\n", "", kMargin - 1, terminal.dim(terminal.unicode ? "└" : "+"),
                      terminal.dim(axis));
  const std::string left = axis_number(plot.x_min);
  const std::string right = axis_number(plot.x_max);
  const std::size_t used = left.size() + right.size() + columns(plot.x_label);
  const std::size_t pad = width > used ? (width - used) / 2 : 1;
  text += fmt::format("{:>{}}{}{:>{}}{}{:>{}}{}\n", "", kMargin + 1, left, "", pad,
                      terminal.dim(plot.x_label), "", width > used + pad ? width - used - pad : 1,
                      right);
  if (!plot.legend.empty()) {
    text += fmt::format("{:>{}}{}\n", "", kMargin + 1, terminal.dim(plot.legend));
  }
  return text;
}

}  // namespace joulecast::report
