// A table of measured trainings under every method that answers before the start, fitted without
// what it is judged on; and the same estimators for recorded runs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/analysis/comparison.h"
#include "joulecast/base/result.h"
#include "joulecast/pre/estimator.h"
#include "joulecast/pre/observations.h"

namespace joulecast::analysis {

/// The methods that are fitted before the start: "pre-krr-epoch", ..., "joulecast-estimate".
class FittedMethods {
 public:
  /// Fits what can be fitted: `notes` say what could not, and why. Error: none could.
  static Result<FittedMethods> fit(std::span<const pre::Observation> observations);

  /// For a training of that many epochs and that duration, which the power form is told. A method
  /// that cannot answer this set-up has no answer.
  std::vector<MethodAnswer> answers(const pre::SetUp& set_up, double epochs,
                                    Seconds duration) const;
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct One {
    std::string_view method;
    pre::Target target;
    std::shared_ptr<const pre::FittedEstimator> fit;
  };
  std::vector<One> fits_;
  std::vector<std::string> notes_;
};

/// What rated-power tools and FLOPs need of a set-up, for a training of that many epochs.
TrainingFacts facts_of(const pre::SetUp& set_up, double epochs);

struct TableOptions {
  /// What is left out of a fit as a whole: "configuration", "architecture", "gpu", or "none": five
  /// unshuffled folds of rows.
  std::string groups = "configuration";
  std::function<void(double)> progress;  ///< Told the share that is done; may be empty.
};

/// Whether compare_table() knows it; the error names the nearest.
Status check_grouping(const std::string& name);

/// Says what the methods were told where a single epoch of each row is compared.
void tell_of_epochs(Comparison& comparison);

/// Every row is one training; one epoch of it is compared. Errors: an unknown grouping, a single
/// group, no row that has both energy and time.
Result<Comparison> compare_table(const pre::Table& table, const TableOptions& options,
                                 std::vector<std::string>& notes);

}  // namespace joulecast::analysis
