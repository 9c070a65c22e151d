// METHODS' rows, on the paper's own 857 trainings. They are not in the repository: skipped without
// (see published_test_data.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "pre/published.h"
#include "pre/published_test_data.h"
#include "pre/random_search.h"

namespace joulecast::pre {
namespace {

#define NEEDS_ROWS(rows)                                                             \
  if ((rows).empty()) {                                                              \
    GTEST_SKIP() << "no delrey2025/runs.csv: set JOULECAST_SHARED_DATA to a folder"; \
  }

struct Row {
  double mape = 0.0, r2 = 0.0, rmse = 0.0;
};

using Rows = std::vector<std::size_t>;

// Fits on the rows outside each fold, judges those inside, all rows pooled.
Row judge(const Problem& problem, Method method, const HyperParameters& hyper,
          const std::vector<Rows>& folds) {
  const auto n = static_cast<double>(problem.rows());
  double mean = 0.0;
  for (const double y : problem.y) mean += y / n;
  double residual = 0.0, total = 0.0, relative = 0.0;
  for (const Rows& fold : folds) {
    Rows training;
    const Rows all = all_rows(problem);
    std::set_difference(all.begin(), all.end(), fold.begin(), fold.end(),
                        std::back_inserter(training));
    const Fitter fitter(problem, std::move(training), method);
    const auto model = fitter.fit(hyper);
    EXPECT_TRUE(model.ok());
    if (!model) return {};
    const Vector by_input = fitter.predict_inputs(*model);
    for (const std::size_t row : fold) {
      const double y = problem.y[row];
      const double error = by_input[static_cast<Eigen::Index>(problem.input_of_row[row])] - y;
      residual += error * error;
      total += (y - mean) * (y - mean);
      relative += std::abs(error) / y;
    }
  }
  return {.mape = relative / n, .r2 = 1.0 - residual / total, .rmse = std::sqrt(residual / n)};
}

std::vector<Rows> published_folds(const Problem& problem) {
  std::vector<Rows> folds(5);
  std::size_t row = 0;
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const std::size_t size = problem.rows() / 5 + (k < problem.rows() % 5 ? 1 : 0);
    for (std::size_t i = 0; i < size; ++i) folds[k].push_back(row++);
  }
  return folds;
}

template <typename Key>
std::vector<Rows> group_folds(const std::vector<Observation>& rows, const Key& key) {
  std::map<std::string, Rows> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) groups[key(rows[i].set_up)].push_back(i);
  std::vector<Rows> folds;
  for (auto& [name, group] : groups) folds.push_back(std::move(group));
  return folds;
}

std::string architecture_of(const SetUp& set_up) {
  if (set_up.network != "inception_v3") return set_up.network;
  return set_up.network + std::to_string(set_up.image_height);
}

struct Published {
  Target target;
  Row random;
  double configuration, architecture, gpu;  ///< MAPE; 0: METHODS has no figure.
};

constexpr std::array kPublished = {
    Published{Target::kPower, {.mape = 0.0203, .r2 = 0.988, .rmse = 7.50}, 0.273, 0.405, 0.632},
    Published{
        Target::kEpochEnergy, {.mape = 0.0603, .r2 = 0.965, .rmse = 0.747}, 0.427, 2.52, 7.44},
    Published{
        Target::kStableEpochEnergy, {.mape = 0.0580, .r2 = 0.967, .rmse = 0.806}, 0.0, 0.0, 0.0},
};

TEST(PublishedSharedData, KernelRidgeIsAsPublished) {
  const auto rows = delrey_observations();
  NEEDS_ROWS(rows);
  for (const Published& expected : kPublished) {
    SCOPED_TRACE(to_string(expected.target));
    const auto problem = make_problem(rows, expected.target);
    ASSERT_TRUE(problem.ok()) << problem.error().message;
    EXPECT_EQ(problem->rows(), 857u);
    EXPECT_EQ(problem->inputs.rows(), 49);
    EXPECT_EQ(problem->groups, 48u);
    const auto hyper = published_hyper_parameters(Method::kKernelRidge, expected.target);
    const auto score = [&](const std::vector<Rows>& folds) {
      return judge(*problem, Method::kKernelRidge, hyper, folds);
    };
    const Row random = score(published_folds(*problem));
    constexpr double kWithin = 0.005, kGroupedWithin = 0.02;
    EXPECT_NEAR(random.mape / expected.random.mape, 1.0, kWithin);
    EXPECT_NEAR(random.r2 / expected.random.r2, 1.0, kWithin);
    EXPECT_NEAR(random.rmse / expected.random.rmse, 1.0, kWithin);
    if (expected.gpu == 0.0) continue;
    EXPECT_NEAR(score(group_folds(rows, configuration_of)).mape / expected.configuration, 1.0,
                kGroupedWithin);
    EXPECT_NEAR(score(group_folds(rows, architecture_of)).mape / expected.architecture, 1.0,
                kGroupedWithin);
    EXPECT_NEAR(
        score(group_folds(rows, [](const pre::SetUp& s) { return s.gpu; })).mape / expected.gpu,
        1.0, kGroupedWithin);
  }
}

// 100 draws are few: over seeds the best of them is 0.74 to 1.34 of the published error of power
// (5 to 95 %), and the published search was one such draw. So a seed that comes as near, and the
// published error within the range of others.
TEST(PublishedSharedData, KernelRidgeSearchFindsAsGood) {
  const auto rows = delrey_observations();
  NEEDS_ROWS(rows);
  constexpr unsigned kNearSeed = 35, kSeeds = 21;
  for (const Published& expected : kPublished) {
    SCOPED_TRACE(to_string(expected.target));
    const auto problem = make_problem(rows, expected.target);
    const auto folds = published_folds(*problem);
    const auto relative_rmse = [&](unsigned seed) {
      const auto found = random_search(*problem, Method::kKernelRidge, 100, seed, 0);
      EXPECT_TRUE(found.ok());
      const double rmse = judge(*problem, Method::kKernelRidge, found->best, folds).rmse;
      return rmse / expected.random.rmse;
    };
    EXPECT_NEAR(relative_rmse(kNearSeed), 1.0, 0.05);
    std::vector<double> others;
    for (unsigned seed = 0; seed < kSeeds; ++seed) others.push_back(relative_rmse(seed));
    EXPECT_LT(*std::min_element(others.begin(), others.end()), 1.0);
    EXPECT_LT(*std::max_element(others.begin(), others.end()), 1.5);
  }
}

struct Expected {
  Method method;
  Target target;
  double rmse;
};

TEST(PublishedSharedData, OtherMethodsAreAsPublished) {
  const auto rows = delrey_observations();
  NEEDS_ROWS(rows);
  for (const Expected& expected : {Expected{Method::kLinear, Target::kPower, 28.5},
                                   Expected{Method::kLinear, Target::kEpochEnergy, 1.64},
                                   Expected{Method::kRidge, Target::kPower, 28.5},
                                   Expected{Method::kRidge, Target::kEpochEnergy, 1.65},
                                   Expected{Method::kSupportVector, Target::kPower, 12.5},
                                   Expected{Method::kSupportVector, Target::kEpochEnergy, 0.905}}) {
    SCOPED_TRACE(name_of(expected.method));
    const auto problem = make_problem(rows, expected.target);
    const auto hyper = published_hyper_parameters(expected.method, expected.target);
    const Row row = judge(*problem, expected.method, hyper, published_folds(*problem));
    EXPECT_NEAR(row.rmse / expected.rmse, 1.0, 0.05);
  }
}

}  // namespace
}  // namespace joulecast::pre
