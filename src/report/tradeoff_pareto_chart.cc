#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "report/tradeoff_sheet.h"
#include "report/tradeoff_words.h"

namespace joulecast::report {
namespace {

constexpr double kWidth = 860.0, kLeft = 84.0, kRight = 30.0, kTop = 84.0, kPlotHeight = 400.0;
constexpr double kBottom = kTop + kPlotHeight;
constexpr double kRadius = 5.5;

struct Rectangle {
  double x1, y1, x2, y2;
  bool meets(const Rectangle& other) const {
    return x1 < other.x2 && other.x1 < x2 && y1 < other.y2 && other.y1 < y2;
  }
};

struct Point {
  std::size_t group;
  double x, y;
  bool on_front;
};

// Puts names where they cover neither points nor each other.
class Labels {
 public:
  /// `stair`: the corners of the front's line.
  Labels(const std::vector<Point>& points, const std::vector<std::pair<double, double>>& stair) {
    for (std::size_t i = 1; i < stair.size(); ++i) {
      const auto [x1, x2] = std::minmax(stair[i - 1].first, stair[i].first);
      const auto [y1, y2] = std::minmax(stair[i - 1].second, stair[i].second);
      taken_.push_back({.x1 = x1 - 1.0, .y1 = y1 - 1.0, .x2 = x2 + 1.0, .y2 = y2 + 1.0});
    }
    for (const Point& point : points) {
      taken_.push_back({.x1 = point.x - kRadius,
                        .y1 = point.y - kRadius,
                        .x2 = point.x + kRadius,
                        .y2 = point.y + kRadius});
    }
  }

  // False: there is no room near it.
  bool place(const Point& point, const std::string& name, Sheet& sheet) {
    constexpr std::array<std::pair<double, double>, 8> kDirections = {
        {{1, 0}, {-1, 0}, {0.3, 1.6}, {0.3, -1.6}, {1, -1}, {-1, -1}, {1, 1}, {-1, 1}}};
    for (double distance = 10.0; distance <= 60.0; distance += 10.0) {
      for (const auto& [dx, dy] : kDirections) {
        const double x = point.x + dx * distance, y = point.y + dy * distance;
        const Rectangle room = room_of(x, y, dx, name);
        constexpr double kNear = 15.0;
        const auto leader = distance > kNear ? leader_of(point, x, y) : std::vector<Rectangle>();
        const bool free = is_inside(room) && is_free(room) &&
                          std::all_of(leader.begin(), leader.end(),
                                      [&](const Rectangle& part) { return is_free(part); });
        if (!free) continue;
        taken_.push_back(room);
        taken_.insert(taken_.end(), leader.begin(), leader.end());
        if (!leader.empty()) sheet.line(point.x, point.y, x, y, "leader");
        sheet.text(dx < 0.0 ? x - 2.0 : x + 2.0, y + 4.5, name,
                   dx < 0.0 ? Anchor::kEnd : Anchor::kStart);
        return true;
      }
    }
    return false;
  }

 private:
  static Rectangle room_of(double x, double y, double dx, const std::string& name) {
    constexpr double kAbove = 9.0, kBelow = 7.0;
    const double width = text_width(name) + 4.0;
    return {.x1 = dx < 0.0 ? x - width : x,
            .y1 = y - kAbove,
            .x2 = dx < 0.0 ? x : x + width,
            .y2 = y + kBelow};
  }
  // Small squares along the line from a point to its name.
  static std::vector<Rectangle> leader_of(const Point& point, double x, double y) {
    std::vector<Rectangle> parts;
    const double length = std::sqrt((x - point.x) * (x - point.x) + (y - point.y) * (y - point.y));
    constexpr double kStep = 3.0;
    for (double at = kRadius + kStep; at < length; at += kStep) {
      const double px = point.x + (x - point.x) * at / length;
      const double py = point.y + (y - point.y) * at / length;
      parts.push_back({.x1 = px - 1.0, .y1 = py - 1.0, .x2 = px + 1.0, .y2 = py + 1.0});
    }
    return parts;
  }
  static bool is_inside(const Rectangle& room) {
    return room.x1 > kLeft && room.x2 < kWidth - kRight + 14.0 && room.y1 > kTop &&
           room.y2 < kBottom;
  }
  bool is_free(const Rectangle& room) const {
    return std::none_of(taken_.begin(), taken_.end(),
                        [&](const Rectangle& other) { return other.meets(room); });
  }
  std::vector<Rectangle> taken_;
};

struct Axes {
  Scale energy, correctness;
};

Axes axes_of(const TradeoffReport& report) {
  std::vector<double> energies, correctness;
  for (const analysis::GroupSummary& group : report.result.groups) {
    if (!group.correctness) continue;
    energies.push_back(group.median);
    correctness.push_back(*group.correctness);
  }
  const auto [least, most] = std::minmax_element(energies.begin(), energies.end());
  const auto [worst, best] = std::minmax_element(correctness.begin(), correctness.end());
  constexpr double kLogarithmicFrom = 100.0, kRoom = 0.08;
  const bool wide = *most > kLogarithmicFrom * *least;
  const double margin = kRoom * std::max(*best - *worst, 0.01 * std::abs(*best));
  return {.energy = Scale(wide ? *least : 0.0, *most, kLeft, kWidth - kRight, report.unit, true),
          .correctness = Scale(*worst - margin, *best + margin, kBottom, kTop, "", false)};
}

void draw_axes(const TradeoffReport& report, const Axes& axes, Sheet& sheet) {
  for (const auto& [value, text] : axes.energy.ticks()) {
    sheet.line(axes.energy(value), kTop, axes.energy(value), kBottom, "grid");
    sheet.text(axes.energy(value), kBottom + 18.0, text, Anchor::kMiddle);
  }
  for (const auto& [value, text] : axes.correctness.ticks()) {
    sheet.line(kLeft, axes.correctness(value), kWidth - kRight, axes.correctness(value), "grid");
    sheet.text(kLeft - 10.0, axes.correctness(value) + 4.5, text, Anchor::kEnd);
  }
  sheet.line(kLeft, kBottom, kWidth - kRight, kBottom, "axis");
  sheet.line(kLeft, kTop, kLeft, kBottom, "axis");
  sheet.text((kLeft + kWidth - kRight) / 2.0, kBottom + 40.0,
             "median " + axis_title(report.what, axes.energy) + " (less is better)",
             Anchor::kMiddle, "name");
  sheet.text(16.0, kTop - 14.0, "median " + report.correctness + " (more is better)",
             Anchor::kStart, "name");
}

std::vector<Point> points_of(const TradeoffReport& report, const Axes& axes) {
  std::set<std::size_t> front;
  for (const analysis::FrontPoint& member : report.result.front) front.insert(member.alternative);
  std::vector<Point> points;
  for (std::size_t i = 0; i < report.result.groups.size(); ++i) {
    const analysis::GroupSummary& group = report.result.groups[i];
    if (!group.correctness) continue;
    points.push_back({.group = i,
                      .x = axes.energy(group.median),
                      .y = axes.correctness(*group.correctness),
                      .on_front = front.contains(i)});
  }
  // The front is named first: it gets the best places.
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.on_front > b.on_front; });
  return points;
}

// The corners of a stair: what lies below it takes more and is no better.
std::vector<std::pair<double, double>> stair_of(const TradeoffReport& report, const Axes& axes) {
  std::vector<std::pair<double, double>> stair;
  for (const analysis::FrontPoint& member : report.result.front) {
    const analysis::GroupSummary& group = report.result.groups[member.alternative];
    const double x = axes.energy(group.median), y = axes.correctness(*group.correctness);
    if (!stair.empty()) stair.emplace_back(x, stair.back().second);
    stair.emplace_back(x, y);
  }
  return stair;
}

}  // namespace

TradeoffChart pareto_chart(const TradeoffReport& report) {
  Sheet sheet(kWidth);
  const Axes axes = axes_of(report);
  draw_axes(report, axes, sheet);
  const auto stair = stair_of(report, axes);
  sheet.polyline(stair, "front");
  const std::vector<Point> points = points_of(report, axes);
  Labels labels(points, stair);
  bool all_named = true;
  constexpr std::size_t kMostNamed = 20;
  for (const Point& point : points) {
    const bool named = point.on_front || points.size() <= kMostNamed;
    const analysis::GroupSummary& group = report.result.groups[point.group];
    const std::string name = group_name(report, group);
    constexpr std::size_t kLongestName = 40;
    all_named = named && labels.place(point, shortened(name, kLongestName), sheet) && all_named;
    const std::string css = fmt::format("{}c{}", point.on_front ? "" : "far ",
                                        group.second.value_or(0) % kSeriesColours);
    sheet.dot(point.x, point.y, kRadius, css, name);
  }
  sheet.text(16.0, 48.0,
             fmt::format("full: on the Pareto front; ring: another takes no more and is no worse{}",
                         all_named ? "" : "; points without a name: see the table"),
             Anchor::kStart, "faint");
  const std::string title = fmt::format("{} against {}", report.correctness, report.what);
  return {.name = "pareto", .title = title, .svg = sheet.finish(kBottom + 58.0, title)};
}

}  // namespace joulecast::report
