#include <fmt/format.h>

#include "report/tradeoff.h"
#include "report/tradeoff_charts.h"
#include "report/tradeoff_sheet.h"
#include "report/tradeoff_words.h"

namespace joulecast::report {
namespace {

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>joulecast tradeoff</title>
<style>
body{margin:2rem auto;max-width:880px;padding:0 1rem;font:15px/1.5 sans-serif;background:#fff;color:#222}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
svg{max-width:100%;height:auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.87rem}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #8884;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.finding{font-size:1.15rem;font-weight:600;margin-bottom:0}.grounds{margin-top:.1rem}
@media(prefers-color-scheme:dark){body{background:#16181d;color:#e6e6e6}}
</style></head><body>
)";

std::string paragraph(const std::string& text, const char* css = "") {
  return fmt::format("<p class=\"{}\">{}</p>\n", css, escaped(text));
}

std::string heading(const std::string& text) { return fmt::format("<h2>{}</h2>\n", escaped(text)); }

std::string table_html(const std::vector<TextRow>& rows) {
  if (rows.empty()) return "";
  std::string html = "<div class=\"scroll\"><table>\n";
  for (const TextRow& row : rows) {
    const char* cell = &row == &rows.front() ? "th" : "td";
    html += "<tr>";
    for (const std::string& text : row) html += fmt::format("<{0}>{1}</{0}>", cell, escaped(text));
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string findings_html(const TradeoffReport& report) {
  std::string html;
  for (const analysis::TradeoffSaving& saving : report.result.savings) {
    html += paragraph(saving_sentence(report, saving), "finding");
    html += paragraph(saving_grounds(report, saving), "grounds");
  }
  return html;
}

std::string comparison_html(const TradeoffReport& report,
                            const analysis::FactorComparison& comparison) {
  std::string html = heading("Does it depend on " + comparison_name(report, comparison) + "?");
  if (!comparison.refused.empty()) return html + paragraph("Not said: " + comparison.refused);
  html += paragraph(test_text(comparison)) + paragraph(comparison.choice.reason);
  return html + table_html(pair_rows(report, comparison));
}

std::string interaction_html(const TradeoffReport& report) {
  const analysis::FactorInteraction& both = *report.result.interaction;
  std::string html = heading(report.factors[0] + " and " + report.factors[1] + " together");
  if (!both.refused.empty()) return html + paragraph("Not said: " + both.refused);
  html += paragraph(both.choice.reason) + paragraph("Two-way ANOVA:");
  html += table_html(two_way_rows(report, both.anova));
  if (!both.aligned_ranks) return html;
  return html + paragraph("Aligned rank transform:") +
         table_html(two_way_rows(report, *both.aligned_ranks));
}

}  // namespace

std::string tradeoff_page(const TradeoffReport& report) {
  std::string html = kHead;
  html += fmt::format("<h1>{}, {} rows</h1>\n", escaped(report.what), report.rows);
  html += findings_html(report);
  for (const TradeoffChart& chart : tradeoff_charts(report)) {
    html += "<div class=\"scroll\">" + chart.svg + "</div>\n";
  }
  html += heading("Groups") + table_html(group_rows(report));
  if (!report.result.front.empty()) {
    html += heading("Worth considering (Pareto front)") + table_html(front_rows(report));
  }
  for (const auto& comparison : report.result.comparisons) {
    html += comparison_html(report, comparison);
  }
  if (report.result.interaction) html += interaction_html(report);
  const auto rules = rule_lines(report);
  if (!rules.empty()) html += heading("Does energy follow FLOPs or TDP?");
  for (const std::string& line : rules) html += paragraph(line);
  for (const std::string& note : report.notes) html += paragraph("Note: " + note + ".");
  return html + "</body></html>\n";
}

}  // namespace joulecast::report
