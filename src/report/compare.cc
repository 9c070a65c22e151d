#include "report/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/compare_words.h"
#include "report/plot.h"
#include "report/quantity_text.h"
#include "report/text_table.h"
#include "report/wrapped.h"

namespace joulecast::report {
namespace {

std::string training_text(const CompareReport& report, std::size_t training,
                          const Terminal& terminal) {
  const analysis::Comparison& comparison = report.comparison;
  std::string text = terminal.bold(printable(comparison.names()[training]));
  text += fmt::format(": {} measured{}, {}\n", to_text(Joules(comparison.energies_j()[training])),
                      report.of_epochs ? " of an epoch" : "",
                      to_text(Seconds(comparison.durations_s()[training])));
  return text + text_table(training_rows(report, training), 1, terminal) + "\n";
}

double best_existing_median(const CompareReport& report) {
  double best = std::numeric_limits<double>::infinity();
  for (const analysis::MethodScore& score : report.scores.methods) {
    if (score.column->method->family == baselines::Family::kExisting) {
      best = std::min(best, score.median_ape);
    }
  }
  return best;
}

// The projection's median error while the training goes on.
std::string moments_chart(const CompareReport& report, const Terminal& terminal) {
  constexpr double kHundred = 100.0;
  Plot plot;
  plot.title = "joulecast's projection";
  plot.x_label = "share of the epochs that has passed, %";
  plot.y_label = "median error, %";
  plot.x_max = kHundred;
  PlotLine line;
  double highest = 0.0;
  for (const analysis::ProjectionMoment& moment : report.comparison.moments()) {
    if (moment.errors.empty()) continue;
    const double median = kHundred * analysis::quantile_of(moment.errors, 0.5);
    line.points.push_back({kHundred * moment.share, median});
    highest = std::max(highest, median);
  }
  if (line.points.size() < 2) return "";
  const double best = kHundred * best_existing_median(report);
  constexpr double kFarAbove = 10.0;
  const bool near = std::isfinite(best) && best < kFarAbove * highest;
  if (near) {
    plot.level = best;
    plot.legend = "dashed: the best existing tool's";
    highest = std::max(highest, best);
  }
  const AxisRange range = round_range(0.0, std::max(highest, 0.01));
  plot.y_min = range.low;
  plot.y_max = range.high;
  plot.lines.push_back(std::move(line));
  return "\n" + draw(plot, terminal);
}

// The columns that a terminal has room for.
std::vector<TextRow> fitting_rows(std::vector<TextRow> rows, std::size_t width) {
  const auto needed = [&rows] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < rows.front().size(); ++i) {
      std::size_t widest = 0;
      for (const TextRow& row : rows) widest = std::max(widest, row[i].size());
      sum += widest + 2;
    }
    return sum - 2;
  };
  for (const char* title : {"x GA, ML CO2", "R2", "runs", "MAPE", "p90"}) {
    if (needed() <= width) break;
    const TextRow& head = rows.front();
    const auto at = std::find(head.begin(), head.end(), title) - head.begin();
    for (TextRow& row : rows) row.erase(row.begin() + at);
  }
  return rows;
}

std::string paragraphs(std::string_view label, const std::vector<std::string>& lines,
                       const Terminal& terminal) {
  std::string text;
  for (const std::string& line : lines) {
    text += wrapped(text.empty() ? label : std::string_view(), printable(line), terminal.width);
  }
  return text;
}

}  // namespace

std::string compare_text(const CompareReport& report, std::size_t rows, bool charts,
                         const Terminal& terminal) {
  std::string text;
  const std::size_t size = report.comparison.size();
  for (std::size_t i = 0; i < std::min(rows, size); ++i) text += training_text(report, i, terminal);
  if (rows > 0 && size > rows) {
    text += terminal.dim(fmt::format("{} more: --rows {}, --csv FILE\n\n", size - rows, size));
  }
  text += wrapped("Over all:", conditions_line(report), terminal.width);
  const auto all = score_rows(report);
  const auto shown = fitting_rows(all, terminal.width);
  text += text_table(shown, 1, terminal);
  if (shown.front().size() < all.front().size()) {
    text += terminal.dim("A wider terminal, --markdown or --json has more columns.") + "\n";
  }
  if (charts) text += moments_chart(report, terminal);
  text += "\n" + paragraphs("told", told_lines(report), terminal);
  text += paragraphs("fitted on", fitted_lines(report), terminal);
  const auto verdicts = verdict_lines(report);
  if (!verdicts.empty()) {
    text += "\n" + terminal.bold("A factor of two or more better than existing tools?") + "\n";
  }
  for (const std::string& line : verdicts) text += wrapped("", line, terminal.width);
  if (!report.notes.empty()) text += "\n";
  for (const std::string& note : report.notes) {
    text += wrapped("note", printable(note), terminal.width);
  }
  if (report.regression) text += "\n" + regression_line(*report.regression) + "\n";
  return text;
}

std::string compare_markdown(const CompareReport& report) {
  std::string text = conditions_line(report) + ".\n\n" + markdown_table(score_rows(report), 1);
  const auto list = [&text](const char* title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    text += fmt::format("\n{}\n\n", title);
    for (const std::string& line : lines) text += fmt::format("- {}\n", printable(line));
  };
  list("Told what their user may not know:", told_lines(report));
  list("Fitted on:", fitted_lines(report));
  list("A factor of two or more better than existing tools?", verdict_lines(report));
  list("Notes:", report.notes);
  return text;
}

std::string regression_line(const RegressionReport& regression) {
  const analysis::EnergyChange& change = regression.change;
  constexpr double kHundred = 100.0;
  const char* verdict = regression.failed()                  ? "FAILED: surely above"
                        : change.change > regression.allowed ? "passed: above, but not surely,"
                                                             : "passed: not above";
  return fmt::format(
      "energy {:+.2f} % (90 %: {:+.2f} to {:+.2f} %) against {}, {} trainings before and {} now{}; "
      "{} the {:g} % allowed",
      kHundred * change.change, kHundred * change.low, kHundred * change.high,
      printable(regression.baseline), change.before, change.now,
      change.groups == 0 ? ", no group of which is the same" : "", verdict,
      kHundred * regression.allowed);
}

std::string explanation(const baselines::Method& method, const Terminal& terminal) {
  std::string text = terminal.bold(method.name) + ": " + std::string(method.about) + "\n";
  constexpr const char* kNothing = "nothing that its user may not know";
  for (const auto& [label, value] :
       {std::pair{"formula", method.formula}, std::pair{"constants", method.constants},
        std::pair{"answers", method.when},
        std::pair{"told", method.told.empty() ? std::string_view(kNothing) : method.told},
        std::pair{"limits", method.limits}, std::pair{"source", method.source}}) {
    text += wrapped(label, value, terminal.width);
  }
  return text;
}

std::string method_list(const Terminal& terminal) {
  std::vector<TextRow> rows = {{"method", "answers", "about"}};
  for (const baselines::Method& method : baselines::methods()) {
    rows.push_back({std::string(method.name), std::string(method.when), std::string(method.about)});
  }
  return text_table(rows, 3, terminal);
}

}  // namespace joulecast::report
