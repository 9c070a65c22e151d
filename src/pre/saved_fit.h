// What an estimator file can hold: a fit that knows its method, its targets and its JSON.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/estimator.h"
#include "joulecast/pre/estimator_file.h"

namespace joulecast::pre {

using Json = nlohmann::json;

class SavedFit : public FittedEstimator {
 public:
  /// The name of its reader in estimator_file_methods.
  virtual std::string_view method() const = 0;
  virtual std::vector<Target> targets() const = 0;
  /// Whether a setting (pre/settings.h) changes anything in its answers.
  virtual bool heeds(std::string_view setting) const = 0;
  virtual Result<std::vector<OutOfRange>> out_of_range(const SetUp& set_up) const = 0;
  /// Finite numbers only, with what read_* of the method needs to make an equal fit.
  virtual Json content() const = 0;
  /// The same corrected by further trainings. Error: the method cannot be.
  virtual Result<std::unique_ptr<SavedFit>> refined(
      std::span<const Observation> /*observations*/) const {
    return Error{"this method cannot be corrected by further trainings; fit 'joulecast'"};
  }
  /// The same without the trainings that it was fitted on. Error: the method answers from them.
  virtual Result<std::unique_ptr<SavedFit>> without_rows() const {
    return Error{"this method answers from the trainings themselves; fit 'joulecast'"};
  }
};

/// Makes a fit of the JSON that SavedFit::content() gave. Errors: one line, without the file.
using SavedFitReader = Result<std::unique_ptr<SavedFit>> (*)(const Json& content,
                                                             std::span<const Target> targets);

}  // namespace joulecast::pre
