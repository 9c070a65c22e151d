#include "pre/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/pre/estimator.h"
#include "pre/published_test_data.h"

namespace joulecast::pre {
namespace {

using testing::HasSubstr;

TEST(Problem, KeepsRepeatsOnceAndScalesByRows) {
  std::vector<Observation> rows;
  for (const int batch : {16, 16, 16, 32}) {
    rows.push_back(test_observation("net", batch, 64, 1.0));
    rows.back().epoch_energy = Joules(5000.0);
  }
  const auto problem = make_problem(rows, Target::kEpochEnergy);
  ASSERT_TRUE(problem.ok());
  EXPECT_EQ(problem->inputs.rows(), 2);
  EXPECT_EQ(problem->y, (std::vector<double>{5.0, 5.0, 5.0, 5.0}));
  EXPECT_EQ(problem->groups, 2u);
  const Scaler scaler = fit_scaler(*problem, all_rows(*problem));
  EXPECT_DOUBLE_EQ(scaler.mean[0], 20.0);
  EXPECT_DOUBLE_EQ(scaler.scale[0], std::sqrt(48.0));  // (3 x 16 + 144) / 4
  EXPECT_DOUBLE_EQ(scaler.scale[4], 1.0);              // does not vary
}

TEST(Problem, RefusesWhatItCannotFit) {
  auto rows = test_observations();
  EXPECT_EQ(make_problem(rows, Target::kStableEpochEnergy).error().message,
            "no row has the stable-epoch-energy: nothing to fit on");
  rows[2].set_up.host_memory_gb = 0.0;
  EXPECT_THAT(make_problem(rows, Target::kPower).error().message,
              HasSubstr("test row 3: total RAM (GB) is known of some rows and not of this one"));
  rows[2] = rows[1];
  rows[4].power = Watts(-1.0);
  EXPECT_EQ(make_problem(rows, Target::kPower).error().message,
            "test row 5: the power must be above 0, not -1");
}

// One input, n rows of mean m: scaled to 0, kernel 1, so the coefficient is m / (1 + alpha / n).
TEST(KernelRidge, OfOneInputIsKnownInClosedForm) {
  std::vector<Observation> rows;
  for (const double watts : {90.0, 110.0, 130.0}) {
    rows.push_back(test_observation("net", 16, 64, 1.0));
    rows.back().power = Watts(watts);
  }
  const auto problem = make_problem(rows, Target::kPower);
  const Fitter fitter(*problem, all_rows(*problem), Method::kKernelRidge);
  HyperParameters hyper;
  hyper.alpha = 0.6;
  hyper.gamma = 1.0;
  const auto model = fitter.fit(hyper);
  ASSERT_TRUE(model.ok());
  EXPECT_DOUBLE_EQ(fitter.predict_inputs(*model)[0], 110.0 / 1.2);
  hyper.alpha = -1.0;
  EXPECT_FALSE(fitter.fit(hyper).ok());
}

// With a free intercept and features that do not vary, every linear method answers the mean.
TEST(Linear, OfOneInputIsTheMean) {
  std::vector<Observation> rows;
  for (const double watts : {90.0, 110.0, 130.0}) {
    rows.push_back(test_observation("net", 16, 64, 1.0));
    rows.back().power = Watts(watts);
  }
  for (const char* name : {"linear", "ridge"}) {
    const auto fit = (*make_estimator(name))->fit(rows, Target::kPower);
    ASSERT_TRUE(fit.ok()) << fit.error().message;
    const auto answer = (*fit)->answer(rows[0].set_up, Target::kPower);
    ASSERT_TRUE(answer.ok());
    EXPECT_DOUBLE_EQ(answer->value, 110.0);
    EXPECT_FALSE(answer->low.has_value());  // one configuration gives no interval
  }
}

class PublishedMethods : public testing::TestWithParam<const char*> {};

TEST_P(PublishedMethods, AnswersSetUpsItWasFittedOnWithinAnInterval) {
  const auto rows = test_observations();
  const auto estimator = make_estimator(GetParam());
  ASSERT_TRUE(estimator.ok());
  EXPECT_EQ((*estimator)->name(), GetParam());
  for (const Target target : {Target::kPower, Target::kEpochEnergy, Target::kTime}) {
    const auto fit = (*estimator)->fit(rows, target);
    ASSERT_TRUE(fit.ok()) << fit.error().message;
    for (const Observation& row : rows) {
      const auto answer = (*fit)->answer(row.set_up, target);
      ASSERT_TRUE(answer.ok());
      EXPECT_NEAR(answer->value / *value_of(row, target), 1.0, 0.35);
      ASSERT_TRUE(answer->low && answer->high);
      EXPECT_LE(*answer->low, *answer->high);
      EXPECT_GE(*answer->low, 0.0);
    }
    EXPECT_FALSE((*fit)->answer(rows[0].set_up, Target::kStableEpochEnergy).ok());
  }
}

TEST_P(PublishedMethods, IntervalsCoverConfigurationsNeverSeen) {
  const auto rows = test_observations();
  const auto estimator = make_estimator(GetParam());
  int covered = 0, all = 0;
  for (std::size_t left_out = 0; left_out < rows.size(); left_out += 3) {
    auto training = rows;
    const auto first = training.begin() + static_cast<std::ptrdiff_t>(left_out);
    training.erase(first, first + 3);
    const auto fit = (*estimator)->fit(training, Target::kPower);
    ASSERT_TRUE(fit.ok());
    const auto answer = (*fit)->answer(rows[left_out].set_up, Target::kPower);
    ASSERT_TRUE(answer.ok() && answer->low && answer->high);
    const double truth = rows[left_out + 1].power->value();
    covered += truth >= *answer->low && truth <= *answer->high ? 1 : 0;
    ++all;
  }
  EXPECT_GE(covered, all * 8 / 10);
}

INSTANTIATE_TEST_SUITE_P(Methods, PublishedMethods,
                         testing::Values("linear", "ridge", "krr", "svr"),
                         [](const auto& method) { return std::string(method.param); });

TEST(Published, UnknownFeaturesAreLeftOutOrAskedFor) {
  auto rows = test_observations();
  pre::SetUp unknown = rows[0].set_up;
  unknown.host_memory_gb = 0.0;
  const auto estimator = make_estimator("krr");
  const auto knowing = (*estimator)->fit(rows, Target::kPower);
  EXPECT_THAT((*knowing)->answer(unknown, Target::kPower).error().message,
              HasSubstr("the total RAM (GB) of the set-up is not known"));
  for (auto& row : rows) row.set_up.host_memory_gb = 0.0;
  const auto ignorant = (*estimator)->fit(rows, Target::kPower);
  ASSERT_TRUE(ignorant.ok());
  const auto answer = (*ignorant)->answer(unknown, Target::kPower);
  unknown.host_memory_gb = 64.0;
  EXPECT_EQ((*ignorant)->answer(unknown, Target::kPower)->value, answer->value);
}

TEST(MakeEstimator, NamesTheNearest) {
  EXPECT_THAT(make_estimator("kr").error().message, HasSubstr("did you mean 'krr'?"));
  EXPECT_GE(estimator_names().size(), 4u);
  EstimatorOptions options;
  options.search = true;
  options.draws = 0;
  EXPECT_THAT(make_estimator("krr", options).error().message, HasSubstr("ask for 1 or more"));
}

}  // namespace
}  // namespace joulecast::pre
