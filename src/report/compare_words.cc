#include "report/compare_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

constexpr double kHundred = 100.0;

// One unit for all rows, so that they can be compared.
std::string kilojoules(double joules) {
  constexpr double kKilo = 1e3;
  const double value = joules / kKilo;
  return std::abs(value) < kHundred ? fmt::format("{:.3g}", value) : fmt::format("{:.0f}", value);
}

std::string r2_text(const std::optional<double>& r2) {
  if (!r2) return "-";
  constexpr double kOffTheScale = -99.0;
  return *r2 < kOffTheScale ? "< -99" : fmt::format("{:.3f}", *r2);
}

// Columns by a text of theirs, each text once, in order of first appearance.
std::vector<std::string> lines_by(const CompareReport& report,
                                  std::string analysis::MethodColumn::*text) {
  std::vector<std::string> texts;
  std::map<std::string, std::vector<std::string>> names;
  for (const analysis::MethodScore& score : report.scores.methods) {
    const std::string& one = score.column->*text;
    if (one.empty()) continue;
    if (!names.contains(one)) texts.push_back(one);
    names[one].push_back(score.column->name);
  }
  std::vector<std::string> lines;
  for (const std::string& one : texts) {
    lines.push_back(fmt::format("{}: {}", one, fmt::join(names[one], ", ")));
  }
  return lines;
}

std::string verdict(const analysis::ErrorRatio& ratio) {
  constexpr double kClaim = 2.0;
  if (ratio.low >= kClaim) return "yes";
  if (ratio.value >= kClaim) return "yes, though not surely";
  constexpr double kSame = 0.01;
  if (ratio.low > 1.0 + kSame) return "no, but better";
  if (ratio.high < 1.0 - kSame) return "no, it is worse";
  return "no; which is better cannot be told";
}

}  // namespace

std::string compare_percent(double share) {
  const double value = kHundred * share;
  constexpr double kTen = 10.0;
  const int digits = std::abs(value) < kTen ? 2 : std::abs(value) < kHundred ? 1 : 0;
  return fmt::format("{:.{}f} %", value, digits);
}

std::string compare_percent(const std::optional<double>& share) {
  return share ? compare_percent(*share) : "-";
}

std::string spent_text(double spent) {
  if (spent <= 0.0) return "none";
  return spent >= 1.0 ? "all" : compare_percent(spent);
}

std::string ratio_text(const std::optional<analysis::ErrorRatio>& ratio) {
  if (!ratio) return "-";
  return fmt::format("{:.3g} ({:.3g} - {:.3g})", ratio->value, ratio->low, ratio->high);
}

std::vector<TextRow> score_rows(const CompareReport& report) {
  std::vector<TextRow> rows = {{"method", "runs", "spent before", "RMSE kJ", "MAPE", "median",
                                "p90", "R2", "within", "x best tool", "x GA, ML CO2"}};
  for (const analysis::MethodScore& score : report.scores.methods) {
    rows.push_back({score.column->name, std::to_string(score.answered), spent_text(score.spent),
                    kilojoules(score.rmse_j), compare_percent(score.mape),
                    compare_percent(score.median_ape), compare_percent(score.p90_ape),
                    r2_text(score.r2), compare_percent(score.coverage), ratio_text(score.existing),
                    ratio_text(score.rated)});
  }
  return rows;
}

std::vector<TextRow> training_rows(const CompareReport& report, std::size_t training) {
  std::vector<TextRow> rows = {{"method", "answer", "interval", "error", "spent before"}};
  const double truth = report.comparison.energies_j()[training];
  for (const analysis::MethodScore& score : report.scores.methods) {
    const analysis::MethodColumn& column = *score.column;
    if (training >= column.energy_j.size() || std::isnan(column.energy_j[training])) continue;
    const double answer = column.energy_j[training];
    const bool interval = training < column.low_j.size() && !std::isnan(column.low_j[training]);
    rows.push_back({column.name, to_text(Joules(answer)),
                    interval ? fmt::format("{} - {}", to_text(Joules(column.low_j[training])),
                                           to_text(Joules(column.high_j[training])))
                             : "-",
                    fmt::format("{}{}", answer < truth ? "-" : "+",
                                compare_percent(std::abs(answer / truth - 1.0))),
                    spent_text(column.spent[training])});
  }
  return rows;
}

std::vector<std::string> told_lines(const CompareReport& report) {
  return lines_by(report, &analysis::MethodColumn::told);
}

std::vector<std::string> fitted_lines(const CompareReport& report) {
  return lines_by(report, &analysis::MethodColumn::fitted_on);
}

std::vector<std::string> verdict_lines(const CompareReport& report) {
  std::vector<std::string> lines;
  for (const analysis::MethodScore& score : report.scores.methods) {
    if (!score.existing) continue;
    const analysis::ErrorRatio& ratio = *score.existing;
    std::string line = fmt::format(
        "{}: {}. The best existing tool, {}, errs {:.3g} times as much (RMSE; 90 %: {:.3g} to "
        "{:.3g})",
        score.column->name, verdict(ratio), ratio.against, ratio.value, ratio.low, ratio.high);
    if (score.rated && score.rated->against != ratio.against) {
      line += fmt::format("; {}, the best of those that the paper compares with, {:.3g} times",
                          score.rated->against, score.rated->value);
    }
    lines.push_back(line + ".");
  }
  return lines;
}

std::string conditions_line(const CompareReport& report) {
  const std::size_t size = report.comparison.size();
  const char* what = report.of_epochs ? "rows, an epoch of each"
                     : size == 1      ? "training"
                                      : "trainings";
  std::string line = fmt::format("{} {}", size, what);
  if (!report.groups.empty()) {
    line +=
        fmt::format("; left out of each fit: {}",
                    report.groups == "none" ? "a fifth of the rows" : "a whole " + report.groups);
  }
  const analysis::Resampling& drawn = report.scores.resampling;
  if (size < 2) return line;
  return line +
         fmt::format("; ratios with {:.0f} % bootstrap intervals over {} {}, {} draws, seed {}",
                     kHundred * report.options.coverage, drawn.units,
                     drawn.set_ups        ? "set-ups"
                     : drawn.units < size ? "blocks of rows"
                     : report.of_epochs   ? "rows"
                                          : "trainings",
                     report.options.draws, report.options.seed);
}

}  // namespace joulecast::report
