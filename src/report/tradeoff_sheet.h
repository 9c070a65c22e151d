// What the charts of a trade-off are drawn with.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/tradeoff_charts.h"

namespace joulecast::report {

/// The box plot, the interaction plot (of two factors), the Pareto chart (with a front).
TradeoffChart box_plot(const TradeoffReport& report);
TradeoffChart interaction_plot(const TradeoffReport& report);
TradeoffChart pareto_chart(const TradeoffReport& report);

/// `text` for XML and HTML.
std::string escaped(std::string_view text);
/// Room that a text takes at the charts' size of type, in pixels; rather too much.
double text_width(std::string_view text);
/// At most `most` characters, the last of them an ellipsis where some were cut off.
std::string shortened(std::string_view text, std::size_t most);

inline constexpr std::size_t kSeriesColours = 7;

enum class Anchor { kStart, kMiddle, kEnd };

/// A picture that grows.
class Sheet {
 public:
  explicit Sheet(double width) : width_(width) {}
  double width() const { return width_; }

  void text(double x, double y, std::string_view text, Anchor anchor = Anchor::kStart,
            std::string_view css = "");
  /// Downwards to the left of (x, y).
  void slanted_text(double x, double y, std::string_view text);
  void line(double x1, double y1, double x2, double y2, std::string_view css);
  void box(double x1, double y1, double x2, double y2, std::string_view css);
  void dot(double x, double y, double radius, std::string_view css, std::string_view tip = "");
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view css);

  void append(const Sheet& other) { parts_ += other.parts_; }

  std::string finish(double height, std::string_view title) const;

 private:
  double width_;
  std::string parts_;
};

/// Values along an axis; logarithmic where they span more than two powers of ten.
class Scale {
 public:
  /// `unit`: "J", "s", "W" or a column's own, named with the factor that reads best.
  Scale(double low, double high, double from, double to, const std::string& unit,
        bool may_be_logarithmic);
  double operator()(double value) const;
  /// Round values and their texts.
  std::vector<std::pair<double, std::string>> ticks() const;
  /// "kJ", "kJ, logarithmic", "".
  std::string unit_text() const;

 private:
  double low_, high_, from_, to_;
  double factor_ = 1.0;
  std::string unit_;
  bool logarithmic_;
};

/// "energy of an epoch, kJ"
std::string axis_title(const std::string& what, const Scale& scale);

}  // namespace joulecast::report
