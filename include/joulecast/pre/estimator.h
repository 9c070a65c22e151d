// What every estimator before training is: fitted on observations, asked about a set-up.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// The coverage that intervals are made for.
inline constexpr double kNominalCoverage = 0.9;

/// An answer in the target's unit. The bounds hold the truth with the nominal coverage; absent
/// where the method has none.
struct Answer {
  double value = 0.0;
  std::optional<double> low, high;
  /// Where the uncertainty comes from, as standard deviations of the answer's logarithm, whose
  /// squares add up to about its own: "parameters", "GPU never seen", ... Empty where the method
  /// does not say, or the configuration's own history answers.
  struct Part {
    std::string_view name;
    double log_sd;
  };
  std::vector<Part> parts = {};
};

/// An estimator after fitting. Safe for concurrent calls of const members.
class FittedEstimator {
 public:
  virtual ~FittedEstimator() = default;
  /// `target` must be the one that it was fitted for, or any where the estimator answers all.
  virtual Result<Answer> answer(const SetUp& set_up, Target target) const = 0;
};

/// A way to make one.
class Estimator {
 public:
  virtual ~Estimator() = default;
  virtual std::string_view name() const = 0;
  /// Fits on what it is given and nothing else. Hyper-parameters that are searched are searched
  /// inside; the published methods' own constants came from the paper's 857 trainings. The
  /// observations must outlive nothing: they are copied where needed.
  virtual Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                                       Target target) const = 0;
};

struct EstimatorOptions {
  unsigned seed = 0;
  int draws = 100;      ///< Of the random search.
  bool search = false;  ///< Draw hyper-parameters anew; false: the published ones.
  int threads = 0;      ///< 0: as many as there are cores.
};

/// The names that make_estimator takes, each with one line about it.
struct EstimatorName {
  std::string_view name, about;
};
std::span<const EstimatorName> estimator_names();

/// "linear", "ridge", "krr", "svr" as published. The error names the nearest.
Result<std::unique_ptr<Estimator>> make_estimator(std::string_view name,
                                                  const EstimatorOptions& options = {});

}  // namespace joulecast::pre
