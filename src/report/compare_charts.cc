#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/compare.h"
#include "report/compare_words.h"
#include "report/tradeoff_sheet.h"

namespace joulecast::report {
namespace {

constexpr double kWidth = 860.0, kHundred = 100.0;
// Below this, in per cent, an error is drawn as this: the axis is logarithmic.
constexpr double kLeastPercent = 0.01;

// Colour by family: existing tools, the published methods, ours.
const char* colour_of(const analysis::MethodScore& score) {
  if (score.column->method->family == baselines::Family::kExisting) return "c6";
  return score.column->method->family == baselines::Family::kPublished ? "c1" : "c0";
}

double percent_of(double share) { return std::max(kHundred * share, kLeastPercent); }

// Whole powers of ten, so that the axis begins and ends at round errors.
struct Range {
  double low, high;
};

Range range_of(const std::vector<double>& percents) {
  const auto [least, most] = std::minmax_element(percents.begin(), percents.end());
  const double low = std::pow(10.0, std::floor(std::log10(*least)));
  const double high = std::pow(10.0, std::ceil(std::log10(*most)));
  // More than two powers, or else the axis would not be logarithmic.
  constexpr double kFewest = 1000.0;
  return {.low = low, .high = std::max(high, kFewest * low)};
}

void draw_key(Sheet& sheet, double y) {
  constexpr double kStep = 190.0, kRadius = 5.0;
  double x = 24.0;
  for (const auto& [css, name] :
       {std::pair{"c6", "existing tools"}, std::pair{"c1", "STEP, PRE as published"},
        std::pair{"c0", "joulecast"}}) {
    sheet.dot(x, y - 4.5, kRadius, css);
    sheet.text(x + 12.0, y, name);
    x += kStep;
  }
}

CompareChart errors_chart(const CompareReport& report) {
  constexpr double kHead = 86.0, kRow = 26.0, kNames = 190.0, kSpent = 150.0, kRadius = 5.5;
  std::vector<double> percents;
  for (const analysis::MethodScore& score : report.scores.methods) {
    percents.push_back(percent_of(score.median_ape));
    percents.push_back(percent_of(score.p90_ape));
  }
  const Range range = range_of(percents);
  const Scale scale(range.low, range.high, kNames, kWidth - kSpent, "", true);
  const double bottom = kHead + kRow * static_cast<double>(report.scores.methods.size());
  Sheet sheet(kWidth);
  sheet.text(
      16.0, 48.0,
      "dot: median of |error|; line: to the 90th percentile; right: spent before it could answer",
      Anchor::kStart, "faint");
  draw_key(sheet, 70.0);
  for (const auto& [value, text] : scale.ticks()) {
    sheet.line(scale(value), kHead - 4.0, scale(value), bottom, "grid");
    sheet.text(scale(value), bottom + 18.0, text, Anchor::kMiddle);
  }
  sheet.line(kNames, bottom, kWidth - kSpent, bottom, "axis");
  sheet.text((kNames + kWidth - kSpent) / 2.0, bottom + 40.0,
             report.of_epochs ? "error of an epoch's energy, %, logarithmic"
                              : "error of the total, %, logarithmic",
             Anchor::kMiddle, "name");
  double y = kHead + kRow / 2.0;
  for (const analysis::MethodScore& score : report.scores.methods) {
    const std::string css = colour_of(score);
    const double median = scale(percent_of(score.median_ape));
    const double p90 = scale(percent_of(score.p90_ape));
    sheet.text(kNames - 12.0, y + 4.5, score.column->name, Anchor::kEnd);
    sheet.line(median, y, p90, y, "series " + css);
    sheet.line(p90, y - 5.0, p90, y + 5.0, "series " + css);
    sheet.dot(median, y, kRadius, css,
              fmt::format("{}: median {}, 90th percentile {}", score.column->name,
                          compare_percent(score.median_ape), compare_percent(score.p90_ape)));
    sheet.text(kWidth - kSpent + 16.0, y + 4.5, spent_text(score.spent), Anchor::kStart, "faint");
    y += kRow;
  }
  return {
      .name = "errors",
      .svg = sheet.finish(bottom + 58.0, "How wrong each method was, and what was spent first")};
}

struct Label {
  std::string name;
  const char* css;
  double x, y;  ///< Of its point.
};

constexpr double kTop = 106.0, kBottom = 486.0;

// Names in a column right of their points, each with a line to its own, none over another.
void draw_labels(std::vector<Label> labels, double x, Sheet& sheet) {
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  constexpr double kStep = 17.0;
  std::vector<double> places;
  double next = kTop;
  for (const Label& label : labels) {
    places.push_back(std::max(next, label.y));
    next = places.back() + kStep;
  }
  // Those pushed below the axis push the others back up.
  double limit = kBottom;
  for (std::size_t i = labels.size(); i-- > 0;) {
    places[i] = std::min(places[i], limit);
    limit = places[i] - kStep;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sheet.line(labels[i].x, labels[i].y, x - 4.0, places[i], "leader");
    sheet.text(x, places[i] + 4.5, labels[i].name);
  }
  constexpr double kRadius = 5.5;
  for (const Label& label : labels) sheet.dot(label.x, label.y, kRadius, label.css, label.name);
}

// Three panels beside each other: methods that answer before the start, while it runs, at the end.
constexpr double kLeft = 76.0, kRunFrom = 260.0, kRunTo = 660.0, kRight = 846.0;

double x_of(double spent) { return kRunFrom + spent * (kRunTo - kRunFrom); }

void draw_panels(const Scale& error, Sheet& sheet) {
  for (const auto& [value, text] : error.ticks()) {
    sheet.line(kLeft, error(value), kRight, error(value), "grid");
    sheet.text(kLeft - 8.0, error(value) + 4.5, text + " %", Anchor::kEnd);
  }
  for (const double x : {kLeft, kRunFrom, kRunTo}) sheet.line(x, kTop, x, kBottom, "axis");
  sheet.line(kLeft, kBottom, kRight, kBottom, "axis");
  sheet.text((kLeft + kRunFrom) / 2.0, kTop - 10.0, "before the start", Anchor::kMiddle, "name");
  sheet.text((kRunFrom + kRunTo) / 2.0, kTop - 10.0, "while it runs", Anchor::kMiddle, "name");
  sheet.text((kRunTo + kRight) / 2.0, kTop - 10.0, "at the end", Anchor::kMiddle, "name");
  for (const int percent : {0, 20, 40, 60, 80, 100}) {
    const double x = x_of(percent / kHundred);
    sheet.line(x, kBottom, x, kBottom + 5.0, "axis");
    sheet.text(x, kBottom + 20.0, std::to_string(percent), Anchor::kMiddle);
  }
  sheet.text((kRunFrom + kRunTo) / 2.0, kBottom + 42.0,
             "joules spent before the answer, % of the training's", Anchor::kMiddle, "name");
}

Scale error_scale(const CompareReport& report) {
  std::vector<double> percents;
  for (const auto& score : report.scores.methods) percents.push_back(percent_of(score.median_ape));
  for (const auto& moment : report.comparison.moments()) {
    if (moment.errors.empty()) continue;
    percents.push_back(percent_of(analysis::quantile_of(moment.errors, 0.5)));
  }
  const Range range = range_of(percents);
  return {range.low, range.high, kBottom, kTop, "", true};
}

CompareChart moments_chart(const CompareReport& report) {
  const Scale error = error_scale(report);
  Sheet sheet(kWidth);
  sheet.text(16.0, 48.0, "median of |error| over the runs; line: joulecast after every epoch",
             Anchor::kStart, "faint");
  draw_key(sheet, 70.0);
  draw_panels(error, sheet);
  std::vector<std::pair<double, double>> line;
  for (const auto& moment : report.comparison.moments()) {
    if (moment.errors.empty()) continue;
    line.emplace_back(x_of(analysis::quantile_of(moment.spent, 0.5)),
                      error(percent_of(analysis::quantile_of(moment.errors, 0.5))));
  }
  sheet.polyline(line, "series c0");
  std::vector<Label> before, running, after;
  constexpr double kInPanel = 20.0, kBeside = 16.0, kPastTheDrop = 0.5;
  for (const analysis::MethodScore& score : report.scores.methods) {
    if (score.column->name.starts_with("joulecast@")) continue;
    Label label{.name = score.column->name,
                .css = colour_of(score),
                .x = x_of(score.spent),
                .y = error(percent_of(score.median_ape))};
    if (score.spent <= 0.0) {
      label.x = kLeft + kInPanel;
      before.push_back(std::move(label));
    } else if (score.spent >= 1.0) {
      label.x = kRunTo + kInPanel;
      after.push_back(std::move(label));
    } else {
      running.push_back(std::move(label));
    }
  }
  draw_labels(std::move(before), kLeft + kInPanel + kBeside, sheet);
  draw_labels(std::move(after), kRunTo + kInPanel + kBeside, sheet);
  draw_labels(std::move(running), x_of(kPastTheDrop), sheet);
  return {
      .name = "moments",
      .svg = sheet.finish(kBottom + 60.0, "When each method could answer, and how wrong it was")};
}

}  // namespace

std::vector<CompareChart> compare_charts(const CompareReport& report) {
  std::vector<CompareChart> charts = {errors_chart(report)};
  if (!report.of_epochs) charts.push_back(moments_chart(report));
  return charts;
}

}  // namespace joulecast::report
