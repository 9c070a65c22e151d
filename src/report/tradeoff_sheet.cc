#include "report/tradeoff_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/plot.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

constexpr const char* kStyle = R"(<style>
svg.joulecast{background:#fff;color:#222;font:13px sans-serif}
.joulecast text{fill:currentColor}.joulecast .title{font-size:17px;font-weight:600}
.joulecast .name{font-weight:600}.joulecast .faint{fill-opacity:.7}
.joulecast .axis{stroke:currentColor;stroke-opacity:.6}
.joulecast .grid{stroke:currentColor;stroke-opacity:.13}
.joulecast .leader{stroke:currentColor;stroke-opacity:.45}
.joulecast .front{fill:none;stroke:currentColor;stroke-opacity:.6;stroke-dasharray:6 4}
.joulecast .series{fill:none;stroke-width:1.8}.joulecast .box{fill-opacity:.28;stroke-width:1.4}
.joulecast .median{stroke-width:3}.joulecast .far{fill:none;stroke-width:1.3}
.joulecast .dashed{stroke-dasharray:7 4}
.joulecast .c0{stroke:#0072b2;fill:#0072b2}.joulecast .c1{stroke:#d55e00;fill:#d55e00}
.joulecast .c2{stroke:#009e73;fill:#009e73}.joulecast .c3{stroke:#cc79a7;fill:#cc79a7}
.joulecast .c4{stroke:#e69f00;fill:#e69f00}.joulecast .c5{stroke:#56b4e9;fill:#56b4e9}
.joulecast .c6{stroke:#555;fill:#555}
.joulecast .series,.joulecast .far{fill:none}
@media(prefers-color-scheme:dark){svg.joulecast{background:#16181d;color:#e6e6e6}
.joulecast .c0{stroke:#56b4e9;fill:#56b4e9}.joulecast .c1{stroke:#e69f00;fill:#e69f00}
.joulecast .c2{stroke:#2fc39b;fill:#2fc39b}.joulecast .c4{stroke:#f0e442;fill:#f0e442}
.joulecast .c5{stroke:#d55e00;fill:#d55e00}.joulecast .c6{stroke:#bbb;fill:#bbb}
.joulecast .series,.joulecast .far{fill:none}}
</style>
)";

constexpr const char* anchor_name(Anchor anchor) {
  if (anchor == Anchor::kStart) return "start";
  return anchor == Anchor::kMiddle ? "middle" : "end";
}

AxisUnit unit_of(const std::string& unit, double largest) {
  if (unit == "J") return axis_unit(Joules(largest));
  if (unit == "s") return axis_unit(Seconds(largest));
  if (unit == "W") return axis_unit(Watts(largest));
  return {.factor = 1.0, .unit = ""};
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '&') {
      safe += "&amp;";
    } else {
      constexpr unsigned char kFirstPrinted = 0x20;
      safe += static_cast<unsigned char>(c) < kFirstPrinted ? ' ' : c;
    }
  }
  return safe;
}

double text_width(std::string_view text) {
  constexpr double kCharacter = 7.4;
  return kCharacter * static_cast<double>(text.size());
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most - 1;
  constexpr unsigned char kMask = 0xc0, kContinued = 0x80;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & kMask) == kContinued) --end;
  return std::string(text.substr(0, end)) + "…";
}

void Sheet::text(double x, double y, std::string_view text, Anchor anchor, std::string_view css) {
  parts_ += fmt::format("<text class='{}' x='{:.1f}' y='{:.1f}' text-anchor='{}'>{}</text>\n", css,
                        x, y, anchor_name(anchor), escaped(text));
}

void Sheet::slanted_text(double x, double y, std::string_view text) {
  parts_ += fmt::format(
      "<text transform='translate({:.1f} {:.1f}) rotate(-35)' text-anchor='end'>{}</text>\n", x, y,
      escaped(text));
}

void Sheet::line(double x1, double y1, double x2, double y2, std::string_view css) {
  parts_ += fmt::format("<line class='{}' x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}'/>\n", css,
                        x1, y1, x2, y2);
}

void Sheet::box(double x1, double y1, double x2, double y2, std::string_view css) {
  parts_ += fmt::format("<rect class='{}' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}'/>\n",
                        css, x1, y1, x2 - x1, y2 - y1);
}

void Sheet::dot(double x, double y, double radius, std::string_view css, std::string_view tip) {
  parts_ +=
      fmt::format("<circle class='{}' cx='{:.1f}' cy='{:.1f}' r='{:.1f}'>{}</circle>\n", css, x, y,
                  radius, tip.empty() ? "" : fmt::format("<title>{}</title>", escaped(tip)));
}

void Sheet::polyline(const std::vector<std::pair<double, double>>& points, std::string_view css) {
  std::string places;
  for (const auto& [x, y] : points) places += fmt::format("{:.1f},{:.1f} ", x, y);
  parts_ += fmt::format("<polyline class='{}' points='{}'/>\n", css, places);
}

std::string Sheet::finish(double height, std::string_view title) const {
  return fmt::format(
      "<svg class='joulecast' xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' "
      "width='{0:.0f}' height='{1:.0f}' role='img'>\n<title>{2}</title>\n{3}"
      "<text class='title' x='16' y='27'>{2}</text>\n{4}</svg>\n",
      width_, height, escaped(title), kStyle, parts_);
}

Scale::Scale(double low, double high, double from, double to, const std::string& unit,
             bool may_be_logarithmic)
    : low_(low), high_(high), from_(from), to_(to) {
  constexpr double kSpan = 100.0;
  logarithmic_ = may_be_logarithmic && low > 0.0 && high > kSpan * low;
  if (logarithmic_) {
    constexpr double kMargin = 1.15;
    low_ /= kMargin;
    high_ *= kMargin;
  } else {
    const AxisRange range = round_range(low, high);
    low_ = range.low;
    high_ = range.high;
  }
  const AxisUnit best = unit_of(unit, std::max(std::abs(low), std::abs(high)));
  factor_ = best.factor;
  unit_ = best.unit;
}

double Scale::operator()(double value) const {
  const double share = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_)
                                    : (value - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

std::vector<std::pair<double, std::string>> Scale::ticks() const {
  std::vector<std::pair<double, std::string>> marks;
  const auto add = [&](double value) {
    marks.emplace_back(value, fmt::format("{:.5g}", value / factor_));
  };
  if (!logarithmic_) {
    const double step = round_step((high_ - low_) / factor_) * factor_;
    constexpr double kRounding = 1e-9;
    for (double i = std::ceil(low_ / step - kRounding); i * step <= high_ + kRounding * step; ++i) {
      add(i * step + 0.0);
    }
    return marks;
  }
  // Every power of ten, with 2 and 5 between them where there is room.
  const double first = std::floor(std::log10(low_ / factor_));
  const double last = std::ceil(std::log10(high_ / factor_));
  constexpr double kManyPowers = 5.0;
  for (double power = first; power <= last; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      if (digit > 1.0 && last - first > kManyPowers) continue;
      const double value = digit * std::pow(10.0, power) * factor_;
      if (value >= low_ && value <= high_) add(value);
    }
  }
  return marks;
}

std::string Scale::unit_text() const {
  if (!logarithmic_) return unit_;
  return unit_.empty() ? "logarithmic" : unit_ + ", logarithmic";
}

std::string axis_title(const std::string& what, const Scale& scale) {
  const std::string unit = scale.unit_text();
  return unit.empty() ? what : what + ", " + unit;
}

}  // namespace joulecast::report
