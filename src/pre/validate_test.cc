#include "joulecast/pre/validate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "pre/folds.h"
#include "pre/probes.h"
#include "pre/scores.h"
#include "pre/table_groups.h"

namespace joulecast::pre {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Three GPUs, four batch sizes each, two rows of each configuration; the power is made of the
// GPU's and the batch size's level.
Table some_table() {
  Table table;
  table.columns = {"card", "note"};
  for (const auto& [gpu, level_w] :
       {std::pair("T4", 50.0), std::pair("V100 PCIe", 200.0), std::pair("RTX 6000", 220.0)}) {
    for (const int batch : {16, 32, 64, 128}) {
      for (int repeat = 0; repeat < 2; ++repeat) {
        Observation row;
        row.set_up.gpu = gpu;
        row.set_up.network = "resnet50";
        row.set_up.batch_size = batch;
        row.set_up.image_height = row.set_up.image_width = batch == 16 ? 128 : 224;
        row.source = "made";
        row.meter = "nvml";
        row.row = static_cast<std::int64_t>(table.observations.size()) + 1;
        row.power = Watts(level_w + 0.1 * batch);
        table.observations.push_back(row);
        table.architectures.emplace_back(batch < 64 ? "small" : "large");
        table.cells.push_back({gpu, fmt::format("n{}", repeat)});
      }
    }
  }
  return table;
}

// The geometric mean of what it was fitted on.
class MeanEstimator : public Estimator {
 public:
  class Fitted : public FittedEstimator {
   public:
    explicit Fitted(double mean) : mean_(mean) {}
    Result<Answer> answer(const SetUp& /*set_up*/, Target /*target*/) const override {
      return Answer{.value = mean_, .low = mean_ / 2.0, .high = mean_ * 2.0};
    }

   private:
    double mean_;
  };

  std::string_view name() const override { return "mean"; }
  Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                               Target target) const override {
    double sum = 0.0;
    for (const Observation& row : observations) sum += std::log(*value_of(row, target));
    const double mean = std::exp(sum / static_cast<double>(observations.size()));
    return std::unique_ptr<FittedEstimator>(std::make_unique<Fitted>(mean));
  }
};

// Answers 1 W where the set-up was in its training, else 2 W.
class KnowsWhatItSaw : public Estimator {
 public:
  class Fitted : public FittedEstimator {
   public:
    explicit Fitted(std::set<std::string> seen) : seen_(std::move(seen)) {}
    Result<Answer> answer(const SetUp& set_up, Target /*target*/) const override {
      const bool seen = seen_.contains(configuration_of(set_up));
      return Answer{.value = seen ? 1.0 : 2.0, .low = {}, .high = {}};
    }

   private:
    std::set<std::string> seen_;
  };

  std::string_view name() const override { return "memory"; }
  Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> observations,
                                               Target /*target*/) const override {
    std::set<std::string> seen;
    for (const Observation& row : observations) seen.insert(configuration_of(row.set_up));
    return std::unique_ptr<FittedEstimator>(std::make_unique<Fitted>(std::move(seen)));
  }
};

ValidateOptions by(const std::string& group) {
  ValidateOptions options;
  options.groups = {group};
  return options;
}

TEST(Folds, ContiguousFoldsAreThoseOfScikitLearn) {
  const auto folds = contiguous_folds({0, 1, 2, 3, 4, 5, 6}, 5);
  ASSERT_EQ(folds.size(), 5U);
  EXPECT_THAT(folds[0].test, ElementsAre(0, 1));
  EXPECT_THAT(folds[1].test, ElementsAre(2, 3));
  EXPECT_THAT(folds[2].test, ElementsAre(4));
  EXPECT_THAT(folds[4].test, ElementsAre(6));
  EXPECT_THAT(folds[1].train, ElementsAre(0, 1, 4, 5, 6));
}

TEST(Folds, GroupsStayWhole) {
  const Table table = some_table();
  for (const auto& [group, count] :
       {std::pair("gpu", 3U), std::pair("configuration", 12U), std::pair("architecture", 2U),
        std::pair("card", 3U), std::pair("note", 2U)}) {
    const auto folds = make_folds(table, by(group));
    ASSERT_TRUE(folds.ok()) << folds.error().message;
    EXPECT_EQ(folds->size(), count) << group;
    const auto labels = column_of(table, group);
    for (const Fold& fold : *folds) {
      for (const std::size_t row : fold.test) EXPECT_EQ((*labels)[row], fold.group);
      for (const std::size_t row : fold.train) EXPECT_NE((*labels)[row], fold.group);
      EXPECT_EQ(fold.train.size() + fold.test.size(), table.observations.size());
    }
  }
  ValidateOptions both;
  both.groups = {"gpu", "note"};
  EXPECT_EQ(make_folds(table, both)->size(), 6U);
}

TEST(Folds, TrainAndTestByConditions) {
  const Table table = some_table();
  ValidateOptions options;
  options.train = {"gpu=V100"};
  options.test = {"gpu=rtx 6000", "gpu=T4"};
  const auto folds = make_folds(table, options);
  ASSERT_TRUE(folds.ok()) << folds.error().message;
  ASSERT_EQ(folds->size(), 1U);
  EXPECT_EQ(folds->front().train.size(), 8U);
  EXPECT_EQ(folds->front().test.size(), 16U);
  options.test.clear();
  EXPECT_EQ(make_folds(table, options)->front().test.size(), 16U);
  const auto error = [&](std::vector<std::string> train, std::vector<std::string> test) {
    ValidateOptions bad;
    bad.train = std::move(train);
    bad.test = std::move(test);
    return make_folds(table, bad).error().message;
  };
  EXPECT_THAT(error({"gpu=V100"}, {"gpu=V100"}), HasSubstr("both --train and --test"));
  EXPECT_THAT(error({"gpu"}, {}), HasSubstr("write 'column=value'"));
  EXPECT_THAT(error({"gpu=H100"}, {}), HasSubstr("RTX 6000, T4, V100 PCIe"));
  EXPECT_THAT(error({"gpu=0"}, {}), HasSubstr("means several"));
  EXPECT_THAT(error({"crd=T4"}, {}), HasSubstr("did you mean card?"));
}

TEST(Folds, BadInput) {
  Table table = some_table();
  EXPECT_THAT(make_folds(table, by("dataste")).error().message, HasSubstr("dataset"));
  EXPECT_THAT(make_folds(table, by("network")).error().message, HasSubstr("nothing can be held"));
  ValidateOptions energy;
  energy.target = Target::kEpochEnergy;
  EXPECT_THAT(make_folds(table, energy).error().message, HasSubstr("0 rows have an epoch energy"));
  table.observations.front().meter = "codecarbon";
  EXPECT_THAT(make_folds(table, by("gpu")).error().message, HasSubstr("codecarbon, nvml"));
  ValidateOptions mixed = by("gpu");
  mixed.mixed_meters = true;
  EXPECT_TRUE(make_folds(table, mixed).ok());
  table.observations.resize(10);
  EXPECT_THAT(make_folds(table, mixed).error().message, HasSubstr("10 rows"));
}

TEST(Probes, EveryChoiceWhereThereAreFewElseDrawn) {
  EXPECT_THAT(choices({{.members = {0, 1, 2}, .count = 2}}, 50, 0),
              ElementsAre(Rows{0, 1}, Rows{0, 2}, Rows{1, 2}));
  EXPECT_THAT(choices({{.members = {4}, .count = 1}, {.members = {1, 2}, .count = 1}}, 50, 0),
              ElementsAre(Rows{1, 4}, Rows{2, 4}));
  Rows many;
  for (std::size_t i = 0; i < 40; ++i) many.push_back(i);
  const auto drawn = choices({{.members = many, .count = 3}}, 50, 7);
  EXPECT_EQ(drawn.size(), 50U);
  for (const Rows& one : drawn) {
    EXPECT_EQ(std::set<std::size_t>(one.begin(), one.end()).size(), 3U);
  }
  EXPECT_EQ(drawn, choices({{.members = many, .count = 3}}, 50, 7));
  EXPECT_NE(drawn, choices({{.members = many, .count = 3}}, 50, 8));
  EXPECT_THAT(drawn.front(), ElementsAre(15, 28, 34))
      << "what the 64-bit Mersenne twister of seed 7 says on every machine";
}

TEST(Probes, AreTheFirstRowOfTheirConfigurationAndNotJudged) {
  const Table table = some_table();
  ValidateOptions options = by("gpu");
  options.probes = 1;
  const auto folds = make_folds(table, options);
  std::vector<std::string> notes;
  const auto trials = make_trials(table, *folds, options, notes);
  ASSERT_EQ(trials.size(), 12U) << "three GPUs, each of four configurations once";
  for (const Trial& trial : trials) {
    EXPECT_EQ(trial.train.size(), 17U);
    EXPECT_EQ(trial.test.size(), 6U);
    EXPECT_DOUBLE_EQ(trial.weight * 6.0 * 4.0, 8.0);
  }
  // Fold "RTX 6000" holds rows 16..23.
  EXPECT_EQ(trials[0].train.back(), 16U);
  EXPECT_THAT(trials[0].test, ElementsAre(18, 19, 20, 21, 22, 23));
}

TEST(Probes, SmallestAndSpread) {
  const Table table = some_table();
  ValidateOptions options = by("gpu");
  options.probes = 1;
  options.probe_rule = ProbeRule::kSmallest;
  const auto folds = make_folds(table, options);
  std::vector<std::string> notes;
  auto trials = make_trials(table, *folds, options, notes);
  ASSERT_EQ(trials.size(), 3U);
  EXPECT_EQ(trials[0].train.back(), 16U) << "128 px, batch 16";
  options.probes = 3;
  options.probe_rule = ProbeRule::kSpread;
  trials = make_trials(table, *folds, options, notes);
  ASSERT_EQ(trials.size(), 3U);
  EXPECT_THAT(trials[0].test, ElementsAre(20, 21)) << "smallest, second and largest are probes";
  options.probes = 4;
  EXPECT_TRUE(make_trials(table, *folds, options, notes).empty());
  EXPECT_EQ(notes.size(), 3U);
}

TEST(Scores, ByHand) {
  const auto judged = [](std::size_t row, std::size_t fold, double truth, double value,
                         double weight) {
    return Judged{.row = row,
                  .fold = fold,
                  .truth = truth,
                  .weight = weight,
                  .answer = {.value = value, .low = value - 1.0, .high = value + 1.0}};
  };
  const std::vector<Judged> all = {judged(0, 0, 10.0, 11.0, 1.0), judged(1, 0, 20.0, 18.0, 1.0),
                                   judged(2, 1, 40.0, 20.0, 2.0)};
  const std::vector<std::string> groups = {"a", "b"};
  const Scores scores = score(all, groups);
  EXPECT_EQ(scores.n, 3);
  EXPECT_DOUBLE_EQ(scores.mape, (0.1 + 0.1 + 2 * 0.5) / 4.0);
  EXPECT_DOUBLE_EQ(scores.median_ape, 0.3) << "half of the weight lies on either side";
  EXPECT_DOUBLE_EQ(scores.rmse, std::sqrt((1.0 + 4.0 + 2 * 400.0) / 4.0));
  EXPECT_DOUBLE_EQ(*scores.coverage, 0.25);
  EXPECT_EQ(scores.per_group[0].group, "b") << "the worst first";
  EXPECT_DOUBLE_EQ(*scores.per_group[0].bias, std::log(0.5));
  const std::vector<Judged> negative = {judged(0, 0, 10.0, -1.0, 1.0)};
  EXPECT_FALSE(score(negative, groups).per_group[0].bias);
  EXPECT_FALSE(score(negative, groups).r2);
}

TEST(Validate, AnEstimatorNeverSeesWhatItIsJudgedOn) {
  const Table table = some_table();
  const KnowsWhatItSaw memory;
  for (const char* group : {"gpu", "configuration"}) {
    const auto scores = validate(table, memory, by(group));
    ASSERT_TRUE(scores.ok()) << scores.error().message;
    double twos = 0.0;
    for (const Observation& row : table.observations) {
      twos += (row.power->value() - 2.0) / row.power->value();
    }
    EXPECT_NEAR(scores->mape, twos / 24.0, 1e-12) << "every answer must be that of the unseen";
  }
  ValidateOptions probed = by("gpu");
  probed.probes = 1;
  probed.probe_rule = ProbeRule::kSmallest;
  const auto scores = validate(table, memory, probed);
  EXPECT_EQ(scores->n, 18) << "a probed configuration is not judged, nor are its repeats";
}

TEST(Validate, TheSameWhateverTheThreads) {
  const Table table = some_table();
  const MeanEstimator mean;
  ValidateOptions options = by("gpu");
  options.probes = 2;
  options.threads = 1;
  const auto one = validate(table, mean, options);
  options.threads = 7;
  const auto seven = validate(table, mean, options);
  ASSERT_TRUE(one.ok() && seven.ok());
  EXPECT_EQ(one->mape, seven->mape);
  EXPECT_EQ(one->rmse, seven->rmse);
  EXPECT_EQ(one->folds, 18) << "six choices of two of four, for each GPU";
  EXPECT_EQ(one->estimator, "mean");
  EXPECT_TRUE(one->coverage);
  EXPECT_NEAR(*one->interval, std::log(2.0), 1e-12);
}

TEST(Validate, ErrorsOfTheEstimatorNameTheFold) {
  class Fails : public Estimator {
    std::string_view name() const override { return "fails"; }
    Result<std::unique_ptr<FittedEstimator>> fit(std::span<const Observation> /*observations*/,
                                                 Target /*target*/) const override {
      return Error{"cannot"};
    }
  };
  const auto scores = validate(some_table(), Fails(), by("gpu"));
  EXPECT_EQ(scores.error().message, "fails, without 'Quadro RTX 6000': cannot");
}

}  // namespace
}  // namespace joulecast::pre
