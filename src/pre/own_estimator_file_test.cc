#include <gtest/gtest.h>

#include <cmath>

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
