// What every method would have said, as people and as programs read it.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/analysis/comparison_score.h"
#include "joulecast/analysis/energy_regression.h"
#include "joulecast/baselines/methods.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// Whether energy has risen since an earlier comparison.
struct RegressionReport {
  std::string baseline;  ///< The file.
  analysis::EnergyChange change;
  double allowed = 0.0;  ///< 0.05: 5 %.
  bool failed() const { return change.low > allowed; }
};

struct CompareReport {
  analysis::Comparison comparison;
  analysis::Scores scores;  ///< Of that comparison.
  analysis::ScoreOptions options;
  bool of_epochs = false;  ///< A table's rows: an epoch of each is compared, not the whole.
  std::string groups;      ///< What was left out of fits as a whole; empty: the runs' own groups.
  std::optional<RegressionReport> regression;
  std::vector<std::string> notes;
};

/// A table of the first `rows` trainings each, one over all, the answer to "a factor of two?".
std::string compare_text(const CompareReport& report, std::size_t rows, bool charts,
                         const Terminal& terminal);
/// The table over all and the answer, for a page.
std::string compare_markdown(const CompareReport& report);
/// joulecast.compare/1
Json compare_json(const CompareReport& report);
/// A row per training and method: run, group, measured_j, method, ...
void write_compare_csv(const CompareReport& report, std::ostream& out);

struct CompareChart {
  std::string name;  ///< Of a file: "errors", "moments".
  std::string svg;
};
std::vector<CompareChart> compare_charts(const CompareReport& report);

/// The groups of a document of compare_json(), with what their trainings took.
Result<analysis::MeasuredGroups> measured_groups(const std::string& document,
                                                 const std::string& name);
analysis::MeasuredGroups measured_groups(const analysis::Comparison& comparison);

/// One line: by how much energy has changed, how surely, and whether that is allowed.
std::string regression_line(const RegressionReport& regression);

/// What stands behind a method.
std::string explanation(const baselines::Method& method, const Terminal& terminal);
/// Every method in a line.
std::string method_list(const Terminal& terminal);

}  // namespace joulecast::report
