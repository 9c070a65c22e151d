// What answers for recorded runs before their start: estimators fitted on tables or kept in a file.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "joulecast/analysis/table_comparison.h"
#include "joulecast/base/result.h"
#include "joulecast/pre/estimator_file.h"

namespace joulecast::cli {

struct CompareFitRequest {
  std::vector<std::string> tables;
  std::string columns;               ///< Their mapping; empty: recognised by the header.
  std::vector<std::string> without;  ///< "column=value": rows that are left out.
  std::string file;                  ///< Of `joulecast fit`; empty: none.
};

class CompareEstimators {
 public:
  /// `scored`: configurations of the runs to be judged; rows of them are left out of the fit.
  /// Errors: a table or file that cannot be read or fitted on, nothing left to fit on.
  static Result<CompareEstimators> make(const CompareFitRequest& request,
                                        const std::set<std::string>& scored);

  std::vector<analysis::MethodAnswer> answers(const pre::SetUp& set_up, double epochs,
                                              Seconds duration) const;
  /// Of a method: "runs.csv without dataset=chesslive: 623 rows".
  const std::string& fitted_on(const std::string& method) const;
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  Status fit(const CompareFitRequest& request, const std::set<std::string>& scored);
  Status load(const std::string& file);

  std::optional<analysis::FittedMethods> fitted_;
  std::optional<pre::EstimatorFile> file_;
  std::string file_method_;  ///< As the comparison calls it.
  std::string fitted_on_, file_fitted_on_;
  std::vector<std::string> notes_;
};

}  // namespace joulecast::cli
