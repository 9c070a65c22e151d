#include "report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace joulecast::report {
namespace {

constexpr double kWidth = 860.0, kPlotHeight = 260.0;
constexpr double kLeft = 70.0, kRight = 20.0, kTop = 36.0, kBottom = 48.0;
constexpr double kHeader = 40.0;

constexpr const char* kStyle = R"(<style>
svg{background:#fff;color:#222;font:13px sans-serif}
text{fill:currentColor}.title{font-size:17px;font-weight:600}.name{font-weight:600}
.axis{stroke:currentColor;stroke-opacity:.6}.grid{stroke:currentColor;stroke-opacity:.13}
.line{fill:none;stroke-width:1.6}.l0{stroke:#0072b2}.l1{stroke:#d55e00}
.band{fill:#0072b2;fill-opacity:.22}.level{stroke:#d55e00;stroke-dasharray:6 4;stroke-width:1.6}
.mark{stroke:currentColor;stroke-opacity:.45}
@media(prefers-color-scheme:dark){svg{background:#16181d;color:#e6e6e6}
.l0{stroke:#56b4e9}.l1,.level{stroke:#e69f00}.band{fill:#56b4e9}}
</style>
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        // Control characters are not allowed in XML.
        safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

// Places of one plot's data on the sheet.
class Frame {
 public:
  Frame(const Plot& plot, double top) : plot_(plot), top_(top + kTop) {}
  double x(double value) const {
    return kLeft + (value - plot_.x_min) / (plot_.x_max - plot_.x_min) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    const double inside = std::clamp(value, plot_.y_min, plot_.y_max);
    return top_ + (plot_.y_max - inside) / (plot_.y_max - plot_.y_min) * height();
  }
  double top() const { return top_; }
  double bottom() const { return top_ + height(); }

 private:
  static double height() { return kPlotHeight - kTop - kBottom; }
  const Plot& plot_;
  double top_;
};

std::vector<double> ticks(double low, double high) {
  const double step = round_step(high - low);
  std::vector<double> places;
  for (double i = std::ceil(low / step - 1e-9) + 0.0; i * step <= high + 1e-9 * step; ++i)
    places.push_back(i * step + 0.0);
  return places;
}

std::string axes(const Plot& plot, const Frame& frame) {
  std::string svg;
  for (const double value : ticks(plot.y_min, plot.y_max)) {
    svg += fmt::format(
        "<line class='grid' x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}'/>"
        "<text x='{:.1f}' y='{:.1f}' text-anchor='end'>{:.5g}</text>\n",
        kLeft, kWidth - kRight, frame.y(value), frame.y(value), kLeft - 8, frame.y(value) + 4.5,
        value);
  }
  for (const double value : ticks(plot.x_min, plot.x_max)) {
    svg += fmt::format(
        "<line class='axis' x1='{0:.1f}' x2='{0:.1f}' y1='{1:.1f}' y2='{2:.1f}'/>"
        "<text x='{0:.1f}' y='{3:.1f}' text-anchor='middle'>{4:.5g}</text>\n",
        frame.x(value), frame.bottom(), frame.bottom() + 5, frame.bottom() + 19, value);
  }
  svg += fmt::format("<line class='axis' x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}'/>\n",
                     kLeft, kWidth - kRight, frame.bottom(), frame.bottom());
  svg += fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='middle'>{}</text>\n",
                     (kLeft + kWidth - kRight) / 2, frame.bottom() + 37, escaped(plot.x_label));
  return svg;
}

std::string band(const PlotBand& band, const Frame& frame) {
  if (band.points.size() < 2) return "";
  std::string points;
  for (const auto& p : band.points)
    points += fmt::format("{:.1f},{:.1f} ", frame.x(p.x), frame.y(p.high));
  for (auto p = band.points.rbegin(); p != band.points.rend(); ++p) {
    points += fmt::format("{:.1f},{:.1f} ", frame.x(p->x), frame.y(p->low));
  }
  return fmt::format("<polygon class='band' points='{}'/>\n", points);
}

}  // namespace

std::string draw_svg(const std::string& title, const std::vector<Plot>& plots) {
  const double height = kHeader + kPlotHeight * static_cast<double>(plots.size());
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' "
      "height='{1:.0f}' "
      "role='img'>\n<title>{2}</title>\n{3}<text class='title' x='{4:.0f}' y='27'>{2}</text>\n",
      kWidth, height, escaped(title), kStyle, kLeft);
  double top = kHeader;
  for (const Plot& plot : plots) {
    const Frame frame(plot, top);
    svg += fmt::format("<text class='name' x='{:.1f}' y='{:.1f}'>{}, {}</text>\n", kLeft, top + 20,
                       escaped(plot.title), escaped(plot.y_label));
    if (!plot.legend.empty()) {
      svg += fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='end'>{}</text>\n",
                         kWidth - kRight, top + 20, escaped(plot.legend));
    }
    svg += axes(plot, frame);
    if (plot.band) svg += band(*plot.band, frame);
    for (const double mark : plot.x_marks) {
      svg +=
          fmt::format("<line class='mark' x1='{0:.1f}' x2='{0:.1f}' y1='{1:.1f}' y2='{2:.1f}'/>\n",
                      frame.x(mark), frame.bottom() - 5, frame.bottom());
    }
    if (plot.level) {
      svg += fmt::format("<line class='level' x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}'/>\n",
                         kLeft, kWidth - kRight, frame.y(*plot.level), frame.y(*plot.level));
    }
    for (std::size_t i = 0; i < plot.lines.size(); ++i) {
      std::string points;
      for (const PlotPoint& p : plot.lines[i].points)
        points += fmt::format("{:.1f},{:.1f} ", frame.x(p.x), frame.y(p.y));
      svg += fmt::format("<polyline class='line l{}' points='{}'/>\n", i % 2, points);
    }
    top += kPlotHeight;
  }
  return svg + "</svg>\n";
}

}  // namespace joulecast::report
