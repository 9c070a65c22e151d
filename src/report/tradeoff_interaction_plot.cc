#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "report/tradeoff_sheet.h"
#include "report/tradeoff_words.h"

namespace joulecast::report {
namespace {

constexpr double kWidth = 860.0, kLeft = 84.0, kRight = 30.0, kPlotHeight = 320.0;
constexpr std::size_t kLongestName = 26;

// First levels by the mean of their groups' medians, so that lines rise where they can.
std::vector<std::size_t> order_of(const TradeoffReport& report) {
  const std::size_t count = report.levels[0].size();
  std::vector<double> sum(count), n(count);
  for (const analysis::GroupSummary& group : report.result.groups) {
    sum[group.first] += group.median;
    n[group.first] += 1.0;
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return sum[a] * n[b] < sum[b] * n[a]; });
  return order;
}

std::string series_css(std::size_t index) {
  return fmt::format("c{}{}", index % kSeriesColours, index < kSeriesColours ? "" : " dashed");
}

// In as many lines as it takes; the height below them.
double draw_legend(const TradeoffReport& report, Sheet& sheet) {
  constexpr double kSample = 26.0, kGap = 22.0, kLine = 22.0;
  double x = 16.0, y = 52.0;
  for (std::size_t i = 0; i < report.levels[1].size(); ++i) {
    const std::string name = shortened(report.levels[1][i], kLongestName);
    const double width = kSample + 8.0 + text_width(name) + kGap;
    if (x + width > kWidth - kRight && x > 16.0) {
      x = 16.0;
      y += kLine;
    }
    sheet.line(x, y - 4.5, x + kSample, y - 4.5, "series " + series_css(i));
    sheet.dot(x + kSample / 2.0, y - 4.5, 4.0, fmt::format("c{}", i % kSeriesColours));
    sheet.text(x + kSample + 8.0, y, name);
    x += width;
  }
  return y + 20.0;
}

// Where the first levels stand, and how far their names reach down.
struct Places {
  std::vector<double> x;  // of each first level
  double names_height = 0.0;
};

Places draw_names(const TradeoffReport& report, double bottom, Sheet& sheet) {
  const auto order = order_of(report);
  const double slot = (kWidth - kLeft - kRight) / static_cast<double>(order.size());
  double widest = 0.0;
  for (const std::string& name : report.levels[0]) {
    widest = std::max(widest, text_width(shortened(name, kLongestName)));
  }
  const bool slanted = widest > slot - 8.0;
  constexpr double kSine = 0.5736, kFlatHeight = 20.0;
  Places places{.x = std::vector<double>(order.size()),
                .names_height = slanted ? widest * kSine + kFlatHeight : kFlatHeight};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double x = kLeft + slot * (static_cast<double>(i) + 0.5);
    places.x[order[i]] = x;
    const std::string name = shortened(report.levels[0][order[i]], kLongestName);
    if (slanted) {
      sheet.slanted_text(x + 4.0, bottom + 16.0, name);
    } else {
      sheet.text(x, bottom + 18.0, name, Anchor::kMiddle);
    }
  }
  return places;
}

void draw_series(const TradeoffReport& report, std::size_t second, const Places& places,
                 const Scale& scale, Sheet& sheet) {
  // Beside each other, so that their ranges do not hide one another.
  constexpr double kStep = 7.0;
  const double middle = (static_cast<double>(report.levels[1].size()) - 1.0) / 2.0;
  const double aside = kStep * (static_cast<double>(second) - middle);
  std::vector<std::pair<double, double>> points;
  const std::string colour = fmt::format("c{}", second % kSeriesColours);
  for (const analysis::GroupSummary& group : report.result.groups) {
    if (group.second != second) continue;
    const double x = places.x[group.first] + aside;
    points.emplace_back(x, scale(group.median));
    sheet.line(x, scale(group.lower_quartile), x, scale(group.upper_quartile), colour);
    sheet.dot(x, scale(group.median), 4.5, colour,
              group_name(report, group) + ": " + tradeoff_value(report, group.median));
  }
  std::sort(points.begin(), points.end());
  sheet.polyline(points, "series " + series_css(second));
}

}  // namespace

TradeoffChart interaction_plot(const TradeoffReport& report) {
  Sheet sheet(kWidth);
  const double top = draw_legend(report, sheet) + 22.0, bottom = top + kPlotHeight;
  double low = report.result.groups.front().lower_quartile, high = low;
  for (const analysis::GroupSummary& group : report.result.groups) {
    low = std::min(low, group.lower_quartile);
    high = std::max(high, group.upper_quartile);
  }
  constexpr double kLogarithmicFrom = 100.0;
  if (low > 0.0 && high <= kLogarithmicFrom * low) low = 0.0;
  const Scale scale(low, high, bottom, top, report.unit, true);
  for (const auto& [value, text] : scale.ticks()) {
    sheet.line(kLeft, scale(value), kWidth - kRight, scale(value), "grid");
    sheet.text(kLeft - 10.0, scale(value) + 4.5, text, Anchor::kEnd);
  }
  sheet.line(kLeft, bottom, kWidth - kRight, bottom, "axis");
  sheet.text(16.0, top - 14.0,
             "median " + axis_title(report.what, scale) + "; upright lines: middle half",
             Anchor::kStart, "name");
  const Places places = draw_names(report, bottom, sheet);
  for (std::size_t i = 0; i < report.levels[1].size(); ++i) {
    draw_series(report, i, places, scale, sheet);
  }
  const double below = bottom + places.names_height + 22.0;
  sheet.text((kLeft + kWidth - kRight) / 2.0, below, report.factors[0], Anchor::kMiddle, "name");
  const std::string title =
      fmt::format("{}: {} and {} together", report.what, report.factors[0], report.factors[1]);
  return {.name = "interaction", .title = title, .svg = sheet.finish(below + 18.0, title)};
}

}  // namespace joulecast::report
