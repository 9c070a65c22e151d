#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "base/test_folder.h"
#include "joulecast/pre/estimator_file.h"
#include "pre/own_estimator.h"

namespace joulecast::pre {
namespace {

std::vector<Observation> observations() {
  std::vector<Observation> all;
  for (const char* gpu : {"RTX 3070", "RTX 3090"}) {
    for (const char* network : {"resnet18", "mobilenet_v2"}) {
      for (const std::int64_t batch : {16, 32, 64}) {
        Observation one;
        one.set_up.network = network;
        one.set_up.gpu = gpu;
        one.set_up.host = gpu;
        one.set_up.head = network::Head{.pooling = network::Head::Pooling::kGlobalAverage,
                                        .units = {512, 10},
                                        .batch_norm = false};
        one.set_up.batch_size = batch;
        one.set_up.image_height = one.set_up.image_width = 128;
        one.set_up.train_size = 20000;
        one.source = "made up";
        one.meter = "nvml";
        one.power = Watts(120.0 + 10.0 * std::log(static_cast<double>(batch)));
        one.epoch_time = Seconds(60.0 - 5.0 * std::log(static_cast<double>(batch)));
        all.push_back(one);
      }
    }
  }
  return all;
}

TEST(OwnEstimatorFile, AnswersAsTheFitDid) {
  const auto fitted = fit_estimator_file(*make_own_estimator(), observations(), {});
  ASSERT_TRUE(fitted.ok()) << fitted.error().message;
  const TestFolder folder;
  const auto file = folder.path() / "own.json";
  ASSERT_TRUE(save_estimator(*fitted, file).ok());
  const auto loaded = load_estimator(file);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded->method(Target::kPower), "joulecast");

  pre::SetUp asked = observations().front().set_up;
  for (const std::int64_t batch : {16, 48}) {  // known, and new
    asked.batch_size = batch;
    for (const Target target : {Target::kPower, Target::kEpochEnergy, Target::kTime}) {
      const auto before = fitted->answer(asked, target);
      const auto after = loaded->answer(asked, target);
      ASSERT_TRUE(before.ok() && after.ok());
      EXPECT_NEAR(after->value / before->value, 1.0, 1e-9);
      EXPECT_NEAR(*after->low / *before->low, 1.0, 1e-9);
      EXPECT_NEAR(*after->high / *before->high, 1.0, 1e-9);
    }
  }
}

/// Half of the interval's width, in logarithms.
double half_width(const Answer& answer) { return 0.5 * std::log(*answer.high / *answer.low); }

TEST(OwnEstimatorFile, WithoutRowsItKnowsLessOfHostsAndNothingOfRows) {
  const auto fitted = fit_estimator_file(*make_own_estimator(), observations(), {});
  ASSERT_TRUE(fitted.ok()) << fitted.error().message;
  const auto bare = without_rows(*fitted);
  ASSERT_TRUE(bare.ok()) << bare.error().message;
  const TestFolder folder;
  const auto file = folder.path() / "bare.json";
  ASSERT_TRUE(save_estimator(*bare, file).ok());
  std::ifstream stream(file);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  for (const char* told : {"resnet18", "made up", "nvml", "host\":\"", "epoch_time_s"}) {
    EXPECT_EQ(text.find(told), std::string::npos) << told;
  }
  const auto loaded = load_estimator(file);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;

  pre::SetUp asked = observations().front().set_up;
  asked.batch_size = 48;
  const auto whole = fitted->answer(asked, Target::kEpochEnergy);
  const auto rough = loaded->answer(asked, Target::kEpochEnergy);
  ASSERT_TRUE(whole.ok() && rough.ok());
  EXPECT_GT(half_width(*rough), half_width(*whole));
  EXPECT_LT(*rough->low, whole->value);
  EXPECT_GT(*rough->high, whole->value);
  asked.batch_size = 4096;
  EXPECT_EQ(loaded->out_of_range(asked)->front().feature, "batch size");
  EXPECT_FALSE(rough->parts.empty());
}

TEST(OwnEstimatorFile, AProbeCorrectsIt) {
  const auto fitted = fit_estimator_file(*make_own_estimator(), observations(), {});
  ASSERT_TRUE(fitted.ok()) << fitted.error().message;
  const auto bare = without_rows(*fitted);
  ASSERT_TRUE(bare.ok()) << bare.error().message;
  Observation probe = observations().front();
  probe.set_up.host = "here";
  probe.epoch_time = Seconds(3.0 * probe.epoch_time->value());
  const auto better = refine(*bare, std::vector<Observation>{probe}, {});
  ASSERT_TRUE(better.ok()) << better.error().message;

  pre::SetUp asked = probe.set_up;
  asked.batch_size = 24;
  const auto before = bare->answer(asked, Target::kTime);
  const auto after = better->answer(asked, Target::kTime);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_LT(half_width(*after), half_width(*before));
  // This host is slow, and another network feels it too.
  EXPECT_GT(after->value, 1.5 * before->value);
  asked.network = "mobilenet_v2";
  EXPECT_GT(better->answer(asked, Target::kTime)->value,
            1.2 * bare->answer(asked, Target::kTime)->value);
}

TEST(OwnEstimatorFile, TheOneThatShipsAnswers) {
  const auto shipped = default_estimator();
  ASSERT_TRUE(shipped.ok()) << shipped.error().message;
  EXPECT_FALSE(shipped->provenance().sources.empty());
  pre::SetUp asked;
  asked.network = "resnet50";
  asked.train_size = 100'000;
  for (const char* gpu : {"RTX 3090", "V100", "A100", "H100", "RTX 4090", "MI250X"}) {
    asked.gpu = gpu;
    const auto power = shipped->answer(asked, Target::kPower);
    ASSERT_TRUE(power.ok()) << gpu << ": " << power.error().message;
    EXPECT_GT(power->value, 50.0) << gpu;
    EXPECT_LT(power->value, 800.0) << gpu;
    EXPECT_TRUE(shipped->answer(asked, Target::kTime).ok());
  }
}

TEST(OwnEstimatorFile, KnownSecondsLeaveOnlyWatts) {
  const auto shipped = default_estimator();
  ASSERT_TRUE(shipped.ok()) << shipped.error().message;
  pre::SetUp asked;
  asked.network = "resnet50";
  asked.gpu = "RTX 3090";
  asked.train_size = 100'000;
  const auto energy = shipped->answer(asked, Target::kEpochEnergy);
  asked.epoch_time = Seconds(1000.0);
  const auto timed = shipped->answer(asked, Target::kEpochEnergy);
  const auto power = shipped->answer(asked, Target::kPower);
  ASSERT_TRUE(energy.ok() && timed.ok() && power.ok());
  EXPECT_LT(half_width(*timed), half_width(*energy));
  EXPECT_NEAR(timed->value, 1000.0 * power->value, 1e-6 * timed->value);
  EXPECT_EQ(shipped->answer(asked, Target::kTime)->value, 1000.0);
  // The slower, the idler.
  asked.epoch_time = Seconds(4000.0);
  EXPECT_LT(shipped->answer(asked, Target::kPower)->value, power->value);
}

TEST(OwnEstimatorFile, RefusesWhatCannotHaveBeenLearned) {
  const auto fitted = make_own_estimator()->fit(observations(), Target::kPower);
  ASSERT_TRUE(fitted.ok());
  const auto bare = dynamic_cast<const SavedFit&>(**fitted).without_rows();
  ASSERT_TRUE(bare.ok());
  const Json good = (*bare)->content();
  EXPECT_TRUE(read_own(good, {}).ok());
  const auto refused = [&good](auto change) {
    Json bad = good;
    change(bad["earlier"]);
    EXPECT_FALSE(read_own(bad, {}).ok()) << bad.dump();
  };
  refused([](Json& json) { json["knowledge"]["root"].erase(0); });
  refused([](Json& json) { json["knowledge"]["mean"].push_back(0.0); });
  refused([](Json& json) { json["knowledge"]["things"][0]["of"] = "cat"; });
  refused([](Json& json) {
    Json& things = json["knowledge"]["things"];
    things[1] = things[0];
  });
  refused([](Json& json) { json["widths"] = Json::array(); });
  refused([](Json& json) { json.erase("memory_counted"); });
}

TEST(OwnEstimatorFile, RefusesParametersOfAnotherSize) {
  const auto one = make_own_estimator()->fit(observations(), Target::kPower);
  ASSERT_TRUE(one.ok());
  auto content = dynamic_cast<const SavedFit&>(**one).content();
  content["parameters"].push_back(0.0);
  EXPECT_FALSE(read_own(content, {}).ok());
  content.erase("observations");
  EXPECT_FALSE(read_own(content, {}).ok());
}

}  // namespace
}  // namespace joulecast::pre
