// PRE as published: the ten features, one regression a target.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pre/cross_plus.h"
#include "pre/fitter.h"
#include "pre/saved_fit.h"

namespace joulecast::pre {

std::string_view name_of(Method method);  ///< "linear", "ridge", "krr", "svr"
std::optional<Method> method_of(std::string_view name);

/// With a search: found anew on whatever is fitted. Without: those that were published (krr); for
/// ridge and svr, whose values were not, those of our own search on the paper's 857 rows.
HyperParameters published_hyper_parameters(Method method, Target target);

std::unique_ptr<Estimator> make_published(Method method, const EstimatorOptions& options);

/// Everything that answering needs.
struct PublishedParts {
  Method method = Method::kLinear;
  Target target = Target::kPower;
  HyperParameters hyper;
  Matrix inputs;
  std::array<bool, kFeatureCount> known{};
  Features low{}, high{};     ///< Of each feature over the inputs.
  std::vector<Model> models;  ///< The fit, then those of the interval's folds.
  CrossPlus left_out;
};

class PublishedFit : public SavedFit {
 public:
  explicit PublishedFit(PublishedParts parts) : parts_(std::move(parts)) {}

  Result<Answer> answer(const SetUp& set_up, Target target) const override;
  std::string_view method() const override { return name_of(parts_.method); }
  std::vector<Target> targets() const override { return {parts_.target}; }
  /// Only what the ten features are made of.
  bool heeds(std::string_view setting) const override;
  Result<std::vector<OutOfRange>> out_of_range(const SetUp& set_up) const override;
  Json content() const override;

  const PublishedParts& parts() const { return parts_; }

 private:
  /// The features as the fit takes them: 0 for those that it does not know.
  Result<Features> features_of(const SetUp& set_up) const;

  PublishedParts parts_;
};

/// Fits `problem`, of `target`. Errors as make_published's fit.
Result<std::unique_ptr<PublishedFit>> fit_published(const Problem& problem, Method method,
                                                    Target target, const EstimatorOptions& options);

Result<std::unique_ptr<SavedFit>> read_published(const Json& content, Method method, Target target);

}  // namespace joulecast::pre
