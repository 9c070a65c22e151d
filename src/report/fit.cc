#include "report/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "report/wrapped.h"

namespace joulecast::report {
namespace {

constexpr double kPercent = 100.0;

Json scores_json(const std::optional<pre::Scores>& scores) {
  if (!scores) return nullptr;
  return {{"n", scores->n},
          {"folds", scores->folds},
          {"mape", json_number(scores->mape)},
          {"median_ape", json_number(scores->median_ape)},
          {"coverage", json_number(scores->coverage)}};
}

std::string error_text(const std::optional<pre::Scores>& scores) {
  return scores ? fmt::format("{:.3g} %", kPercent * scores->mape) : "not judged";
}

// What the last column says of a set-up that nobody has run, where it says anything.
std::string verdict(const FitReport& report) {
  const auto is_judged = [](const FittedTarget& target) { return target.grouped.has_value(); };
  const auto judged = std::count_if(report.targets.begin(), report.targets.end(), is_judged);
  if (judged == 0) {
    return "How well a set-up that nobody has run is estimated was not judged.\n";
  }
  std::string text =
      "A set-up that nobody has run is estimated about as well as the last column says.\n";
  if (static_cast<std::size_t>(judged) < report.targets.size()) {
    text += "Where that says 'not judged' nothing is known of the error.\n";
  }
  return text;
}

}  // namespace

Json fit_json(const FitReport& report) {
  Json sources = Json::array(), targets = Json::array();
  for (const pre::FitSource& source : report.provenance.sources) {
    sources.push_back({{"name", source.name},
                       {"sha256", source.sha256.empty() ? Json(nullptr) : Json(source.sha256)},
                       {"rows", source.rows},
                       {"meters", source.meters}});
  }
  for (const FittedTarget& target : report.targets) {
    targets.push_back({{"target", to_string(target.target)},
                       {"rows", target.rows},
                       {"random_folds", scores_json(target.random)},
                       {"configuration_left_out", scores_json(target.grouped)}});
  }
  return {{"schema", "joulecast.fit/1"},
          {"file", report.file},
          {"estimator", report.estimator},
          {"rows", report.rows},
          {"configurations", report.configurations},
          {"sources", sources},
          {"targets", targets},
          {"notes", report.provenance.notes}};
}

std::string fit_text(const FitReport& report, const Terminal& terminal) {
  std::set<std::string> meters;
  std::string text = fmt::format("'{}' fitted on {} trainings of {} configurations\n",
                                 report.estimator, report.rows, report.configurations);
  for (const pre::FitSource& source : report.provenance.sources) {
    meters.insert(source.meters.begin(), source.meters.end());
    text += fmt::format("  {}: {} rows\n", printable(source.name), source.rows);
  }
  for (const std::string& meter : meters) {
    text += fmt::format("  meter: {}\n", meter.empty() ? "not said" : printable(meter));
  }
  text += fmt::format("\n{:<22}{:>8}{:>18}{:>26}\n", "mean error", "rows", "5 random folds",
                      "configuration left out");
  for (const FittedTarget& target : report.targets) {
    text += fmt::format("{:<22}{:>8}{:>18}{:>26}\n", to_string(target.target), target.rows,
                        error_text(target.random), error_text(target.grouped));
  }
  text += "\n" + verdict(report);
  for (const std::string& note : report.provenance.notes) {
    text += wrapped("Note:", printable(note), terminal.width);
  }
  return text + fmt::format("Written to {}\n", printable(report.file));
}

}  // namespace joulecast::report
