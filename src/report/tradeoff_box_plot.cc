#include <fmt/format.h>

#include <algorithm>

#include "report/tradeoff_sheet.h"
#include "report/tradeoff_words.h"

namespace joulecast::report {
namespace {

constexpr double kWidth = 860.0, kTop = 66.0, kRow = 30.0, kHead = 28.0, kGap = 14.0, kRight = 30.0;
constexpr std::size_t kLongestName = 34;

struct Range {
  double low, high;
};

Range range_of(const TradeoffReport& report) {
  Range range{.low = report.result.groups.front().lowest,
              .high = report.result.groups.front().highest};
  for (const analysis::GroupSummary& group : report.result.groups) {
    range.low = std::min(range.low, group.lowest);
    range.high = std::max(range.high, group.highest);
  }
  return range;
}

// From zero, so that lengths compare, where that leaves room to see anything.
Range with_zero(Range range) {
  if (range.low > 0.0 && range.low < 0.7 * range.high) range.low = 0.0;
  return range;
}

std::string row_name(const TradeoffReport& report, const analysis::GroupSummary& group) {
  return shortened(report.levels[0][group.first], kLongestName);
}

double left_margin(const TradeoffReport& report) {
  double widest = 0.0;
  for (const analysis::GroupSummary& group : report.result.groups) {
    widest = std::max(widest, text_width(row_name(report, group) + ", n = 1000000"));
  }
  return widest + 24.0;
}

void draw_group(const TradeoffReport& report, const analysis::GroupSummary& group,
                const Scale& scale, double y, double left, Sheet& sheet) {
  constexpr double kHalf = 9.0, kCap = 5.0, kBaseline = 4.5, kFar = 3.0;
  const std::string colour = fmt::format("c{}", group.second.value_or(0) % kSeriesColours);
  sheet.text(left - 10.0, y + kBaseline,
             fmt::format("{}, n = {}", row_name(report, group), group.n), Anchor::kEnd);
  const double low = scale(group.lower_whisker), high = scale(group.upper_whisker);
  const double q1 = scale(group.lower_quartile), q3 = scale(group.upper_quartile);
  sheet.line(low, y, q1, y, colour);
  sheet.line(q3, y, high, y, colour);
  sheet.line(low, y - kCap, low, y + kCap, colour);
  sheet.line(high, y - kCap, high, y + kCap, colour);
  sheet.box(q1, y - kHalf, q3, y + kHalf, "box " + colour);
  const double middle = scale(group.median);
  sheet.line(middle, y - kHalf, middle, y + kHalf, "median " + colour);
  if (group.lowest < group.lower_whisker) {
    sheet.dot(scale(group.lowest), y, kFar, "far " + colour, tradeoff_value(report, group.lowest));
  }
  if (group.highest > group.upper_whisker) {
    sheet.dot(scale(group.highest), y, kFar, "far " + colour,
              tradeoff_value(report, group.highest));
  }
}

void draw_axis(const TradeoffReport& report, const Scale& scale, double left, double bottom,
               Sheet& sheet) {
  for (const auto& [value, text] : scale.ticks()) {
    sheet.line(scale(value), kTop - 6.0, scale(value), bottom, "grid");
    sheet.text(scale(value), bottom + 18.0, text, Anchor::kMiddle);
  }
  sheet.line(left, bottom, kWidth - kRight, bottom, "axis");
  sheet.text((left + kWidth - kRight) / 2.0, bottom + 38.0, axis_title(report.what, scale),
             Anchor::kMiddle, "name");
}

}  // namespace

TradeoffChart box_plot(const TradeoffReport& report) {
  const Range raw = range_of(report);
  constexpr double kLogarithmicFrom = 100.0;
  const bool wide = raw.low > 0.0 && raw.high > kLogarithmicFrom * raw.low;
  const Range range = wide ? raw : with_zero(raw);
  const double left = left_margin(report);
  const Scale scale(range.low, range.high, left, kWidth - kRight, report.unit, true);

  Sheet boxes(kWidth), sheet(kWidth);
  double y = kTop;
  std::optional<std::size_t> block;
  for (const analysis::GroupSummary& group : report.result.groups) {
    if (group.second && group.second != block) {
      if (block) y += kGap;
      block = group.second;
      boxes.text(16.0, y + 15.0, fmt::format("{} {}", report.factors[1], report.levels[1][*block]),
                 Anchor::kStart, "name");
      y += kHead;
    }
    draw_group(report, group, scale, y + kRow / 2.0, left, boxes);
    y += kRow;
  }
  const std::string title = fmt::format("{} by {}", report.what, report.factors[0]);
  sheet.text(16.0, 48.0,
             "box: middle half; bar: median; line: to 1.5 times the box; ring: furthest",
             Anchor::kStart, "faint");
  draw_axis(report, scale, left, y + 4.0, sheet);
  sheet.append(boxes);
  return {.name = "groups", .title = title, .svg = sheet.finish(y + 58.0, title)};
}

}  // namespace joulecast::report
