#include "pre/random_search.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "pre/share_out.h"

namespace joulecast::pre {
namespace {

constexpr std::size_t kFolds = 5;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Means of the exponential priors.
constexpr double kRidgeAlpha = 0.1;
constexpr double kKernelAlpha = 0.01;
constexpr double kGamma = 0.01;
constexpr double kC = 300.0;
constexpr double kEpsilon = 1.0;

struct Fold {
  Fitter fitter;
  std::vector<std::size_t> held_out;
};

// Consecutive rows; the first rows() % 5 folds have one more, as in scikit-learn's KFold.
Result<std::vector<Fold>> make_folds(const Problem& problem, Method method) {
  if (problem.rows() < 2 * kFolds) {
    return Error{fmt::format("a random search on {} folds needs {} rows or more, not {}", kFolds,
                             2 * kFolds, problem.rows())};
  }
  const auto all = all_rows(problem);
  const std::size_t each = all.size() / kFolds, larger = all.size() % kFolds;
  std::vector<Fold> folds;
  std::size_t begin = 0;
  for (std::size_t k = 0; k < kFolds; ++k) {
    const std::size_t end = begin + each + (k < larger ? 1 : 0);
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = all.begin() + static_cast<std::ptrdiff_t>(end);
    std::vector<std::size_t> training(all.begin(), first);
    training.insert(training.end(), last, all.end());
    folds.push_back({Fitter(problem, std::move(training), method), {first, last}});
    begin = end;
  }
  return folds;
}

double r2(const Problem& problem, std::span<const std::size_t> rows, const Vector& by_input) {
  double mean = 0.0;
  for (const std::size_t row : rows) mean += problem.y[row];
  mean /= static_cast<double>(rows.size());
  double residual = 0.0, total = 0.0;
  for (const std::size_t row : rows) {
    const double y = problem.y[row];
    const double error = y - by_input[static_cast<Eigen::Index>(problem.input_of_row[row])];
    residual += error * error;
    total += (y - mean) * (y - mean);
  }
  return total > 0.0 ? 1.0 - residual / total : kNone;
}

double score_of(const Problem& problem, std::span<const Fold> folds, const HyperParameters& draw) {
  double sum = 0.0;
  for (const Fold& fold : folds) {
    const auto model = fold.fitter.fit(draw);
    if (!model) return kNone;
    sum += r2(problem, fold.held_out, fold.fitter.predict_inputs(*model));
  }
  return sum / static_cast<double>(folds.size());
}

}  // namespace

double PriorDraws::exponential(double mean) {
  constexpr int kUnusedBits = 11;
  constexpr double kUnit = 0x1p-53;
  return -mean * std::log1p(-static_cast<double>(generator_() >> kUnusedBits) * kUnit);
}

HyperParameters PriorDraws::next(Method method) {
  HyperParameters draw;
  switch (method) {
    case Method::kLinear:
      break;
    case Method::kRidge:
      draw.alpha = exponential(kRidgeAlpha);
      break;
    case Method::kKernelRidge:
      draw.alpha = exponential(kKernelAlpha);
      draw.gamma = exponential(kGamma);
      break;
    case Method::kSupportVector:
      draw.c = exponential(kC);
      draw.epsilon = exponential(kEpsilon);
      draw.gamma = exponential(kGamma);
      break;
  }
  return draw;
}

Result<double> score_on_folds(const Problem& problem, Method method, const HyperParameters& hyper) {
  const auto folds = make_folds(problem, method);
  if (!folds) return folds.error();
  const double score = score_of(problem, *folds, hyper);
  if (std::isnan(score)) return Error{"a fold cannot be fitted or scored"};
  return score;
}

Result<SearchResult> random_search(const Problem& problem, Method method, int draws,
                                   std::uint64_t seed, int threads) {
  const auto folds = make_folds(problem, method);
  if (!folds) return folds.error();
  PriorDraws prior(seed);
  std::vector<HyperParameters> candidates;
  for (int i = 0; i < draws; ++i) candidates.push_back(prior.next(method));
  SearchResult result;
  result.scores.assign(candidates.size(), kNone);
  share_out(candidates.size(), threads,
            [&](std::size_t i) { result.scores[i] = score_of(problem, *folds, candidates[i]); });
  std::size_t best = candidates.size();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (std::isnan(result.scores[i])) continue;
    if (best == candidates.size() || result.scores[i] > result.scores[best]) best = i;
  }
  if (best == candidates.size()) {
    return Error{"random search: no draw could be fitted and scored in every fold"};
  }
  result.best = candidates[best];
  result.score = result.scores[best];
  return result;
}

}  // namespace joulecast::pre
