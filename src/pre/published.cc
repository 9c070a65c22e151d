#include "pre/published.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "pre/random_search.h"
#include "pre/share_out.h"

namespace joulecast::pre {
namespace {

constexpr std::array<std::string_view, 4> kMethodNames = {"linear", "ridge", "krr", "svr"};

// Fits one model for each fold of configurations and judges every row by the one that has not seen
// it. Without intervals (no left_out) where there are too few configurations or a fold has no fit.
void add_intervals(const Problem& problem, int threads, PublishedParts& parts) {
  if (problem.groups < kIntervalFolds) return;
  std::vector<std::size_t> fold_of_group;
  for (std::size_t group = 0; group < problem.groups; ++group) {
    fold_of_group.push_back(group % kIntervalFolds);
  }
  std::vector<std::optional<Model>> models(kIntervalFolds);
  std::vector<double> estimate(problem.rows());
  share_out(kIntervalFolds, threads, [&](std::size_t fold) {
    std::vector<std::size_t> training;
    for (std::size_t row = 0; row < problem.rows(); ++row) {
      if (fold_of_group[problem.group_of_row[row]] != fold) training.push_back(row);
    }
    const Fitter fitter(problem, std::move(training), parts.method);
    auto model = fitter.fit(parts.hyper);
    if (!model) return;
    const Vector by_input = fitter.predict_inputs(*model);
    for (std::size_t row = 0; row < problem.rows(); ++row) {
      if (fold_of_group[problem.group_of_row[row]] != fold) continue;
      estimate[row] = by_input[static_cast<Eigen::Index>(problem.input_of_row[row])];
    }
    models[fold] = std::move(*model);
  });
  if (std::any_of(models.begin(), models.end(), [](const auto& model) { return !model; })) return;
  for (auto& model : models) parts.models.push_back(std::move(*model));
  parts.left_out = cross_plus(problem.y, estimate, problem.group_of_row, fold_of_group);
}

class PublishedEstimator : public Estimator {
 public:
  PublishedEstimator(Method method, const EstimatorOptions& options)
      : method_(method), options_(options) {}

  std::string_view name() const override { return name_of(method_); }

  Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                               Target target) const override {
    const auto problem = make_problem(observations, target);
    if (!problem) return problem.error();
    auto fit = fit_published(*problem, method_, target, options_);
    if (!fit) return fit.error();
    return std::unique_ptr<FittedEstimator>(std::move(*fit));
  }

 private:
  Method method_;
  EstimatorOptions options_;
};

}  // namespace

std::string_view name_of(Method method) { return kMethodNames[static_cast<std::size_t>(method)]; }

std::optional<Method> method_of(std::string_view name) {
  const auto found = std::find(kMethodNames.begin(), kMethodNames.end(), name);
  if (found == kMethodNames.end()) return std::nullopt;
  return static_cast<Method>(found - kMethodNames.begin());
}

HyperParameters published_hyper_parameters(Method method, Target target) {
  const bool energy = target == Target::kEpochEnergy || target == Target::kStableEpochEnergy;
  HyperParameters hyper;
  switch (method) {
    case Method::kLinear:
      break;
    case Method::kRidge:
      hyper.alpha = energy ? 0.2144 : 0.5815;
      break;
    case Method::kKernelRidge:
      hyper.alpha = 0.0006645;
      hyper.gamma = 0.0441886;
      break;
    case Method::kSupportVector:
      hyper.c = energy ? 1520.4 : 301.24;
      hyper.epsilon = energy ? 0.34365 : 2.4704;
      hyper.gamma = energy ? 0.041688 : 0.031037;
      break;
  }
  return hyper;
}

Result<std::unique_ptr<PublishedFit>> fit_published(const Problem& problem, Method method,
                                                    Target target,
                                                    const EstimatorOptions& options) {
  PublishedParts parts;
  parts.method = method;
  parts.target = target;
  parts.hyper = published_hyper_parameters(method, target);
  if (options.search && method != Method::kLinear) {
    const auto found = random_search(problem, method, options.draws, options.seed, options.threads);
    if (!found) return found.error();
    parts.hyper = found->best;
  }
  auto model = Fitter(problem, all_rows(problem), method).fit(parts.hyper);
  if (!model) return model.error();
  parts.models.push_back(std::move(*model));
  add_intervals(problem, options.threads, parts);
  parts.inputs = problem.inputs;
  parts.known = problem.known;
  Vector::Map(parts.low.data(), kFeatureCount) = problem.inputs.colwise().minCoeff();
  Vector::Map(parts.high.data(), kFeatureCount) = problem.inputs.colwise().maxCoeff();
  return std::make_unique<PublishedFit>(std::move(parts));
}

Result<Features> PublishedFit::features_of(const SetUp& set_up) const {
  auto features = FeatureReader().read(set_up);
  if (!features) return features.error();
  for (std::size_t j = 0; j < kFeatureCount; ++j) {
    if (!parts_.known[j]) {
      (*features)[j] = 0.0;
    } else if (std::isnan((*features)[j])) {
      return Error{
          fmt::format("the {} of the set-up is not known, and '{}' was fitted on it: "
                      "say it",
                      kFeatureNames[j], name_of(parts_.method))};
    }
  }
  return features;
}

Result<Answer> PublishedFit::answer(const SetUp& set_up, Target target) const {
  if (target != parts_.target) {
    return Error{fmt::format("this fit answers the {}, not the {}", to_string(parts_.target),
                             to_string(target))};
  }
  const auto features = features_of(set_up);
  if (!features) return features.error();
  const double unit = published_unit(target);
  Answer answer;
  answer.value = unit * predict(parts_.models.front(), parts_.inputs, *features);
  if (!std::isfinite(answer.value)) {
    return Error{
        fmt::format("'{}' has no finite answer for a set-up so far from those it was "
                    "fitted on",
                    name_of(parts_.method))};
  }
  std::vector<double> by_fold;
  for (std::size_t i = 1; i < parts_.models.size(); ++i) {
    by_fold.push_back(predict(parts_.models[i], parts_.inputs, *features));
  }
  const auto bounds = interval(parts_.left_out, by_fold);
  if (bounds && std::isfinite(bounds->second)) {
    answer.low = unit * bounds->first;
    answer.high = unit * bounds->second;
  }
  return answer;
}

bool PublishedFit::heeds(std::string_view setting) const {
  constexpr std::array<std::string_view, 10> kHeeded = {
      "network",    "width",      "head",     "gpu",         "batch_size",
      "image_size", "train_size", "val_size", "host_memory", "epochs"};
  return std::find(kHeeded.begin(), kHeeded.end(), setting) != kHeeded.end();
}

Result<std::vector<OutOfRange>> PublishedFit::out_of_range(const SetUp& set_up) const {
  const auto features = features_of(set_up);
  if (!features) return features.error();
  std::vector<OutOfRange> outside;
  for (std::size_t j = 0; j < kFeatureCount; ++j) {
    const double value = (*features)[j], low = parts_.low[j], high = parts_.high[j];
    if (value >= low && value <= high) continue;
    outside.push_back(
        {.feature = std::string(kFeatureNames[j]), .value = value, .low = low, .high = high});
  }
  return outside;
}

std::unique_ptr<Estimator> make_published(Method method, const EstimatorOptions& options) {
  return std::make_unique<PublishedEstimator>(method, options);
}

}  // namespace joulecast::pre
