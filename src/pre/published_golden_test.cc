// Against scikit-learn, on made-up trainings (tools/golden/pre_published.py).
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "pre/published.h"
#include "pre/published_test_data.h"
#include "pre/random_search.h"

namespace joulecast::pre {
namespace {

nlohmann::json golden() {
  std::ifstream file(std::string(JOULECAST_SOURCE_DIR) + "/tests/data/pre_published_golden.json");
  return nlohmann::json::parse(file);
}

Observation observation_of(const std::vector<double>& features) {
  Observation one;
  SetUp& set_up = one.set_up;
  set_up.network = "golden";
  set_up.gpu = "golden";
  set_up.batch_size = static_cast<std::int64_t>(features[0]);
  set_up.host_memory_gb = features[1];
  set_up.train_size = features[2];
  set_up.validation_size = features[3];
  set_up.recorded_gflops = features[4];
  set_up.image_height = static_cast<std::int64_t>(features[5]);
  set_up.image_width = static_cast<std::int64_t>(features[6]);
  set_up.recorded_gpu_cores = features[7];
  set_up.recorded_gpu_memory_gb = features[8];
  set_up.recorded_gpu_tdp = Watts(features[9]);
  return one;
}

class PublishedGolden : public testing::TestWithParam<const char*> {};

TEST_P(PublishedGolden, EqualsScikitLearn) {
  const auto document = golden();
  std::vector<Observation> observations;
  for (std::size_t i = 0; i < document["rows"].size(); ++i) {
    observations.push_back(observation_of(document["rows"][i]));
    observations.back().power = Watts(document["power_w"][i].get<double>());
  }
  const auto problem = make_problem(observations, Target::kPower);
  ASSERT_TRUE(problem.ok()) << problem.error().message;
  EXPECT_LE(problem->inputs.rows(), 24);
  const Method method = *method_of(GetParam());
  const auto& expected = document["models"][GetParam()];
  HyperParameters hyper;
  hyper.alpha = expected["hyper"].value("alpha", 0.0);
  hyper.gamma = expected["hyper"].value("gamma", 0.0);
  hyper.c = expected["hyper"].value("c", 0.0);
  hyper.epsilon = expected["hyper"].value("epsilon", 0.0);
  const auto model = Fitter(*problem, all_rows(*problem), method).fit(hyper);
  ASSERT_TRUE(model.ok()) << model.error().message;
  // libsvm stops within 1e-3 of the optimum, by whichever path the kernel's last bits send it.
  const double tolerance = method == Method::kSupportVector ? 2e-3 : 1e-8;
  FeatureReader reader;
  for (std::size_t i = 0; i < document["asked"].size(); ++i) {
    const auto features = reader.read(observation_of(document["asked"][i]).set_up);
    ASSERT_TRUE(features.ok());
    const double answer = predict(*model, problem->inputs, *features);
    EXPECT_NEAR(answer / expected["answers"][i].get<double>(), 1.0, tolerance) << i;
  }
  const auto score = score_on_folds(*problem, method, hyper);
  ASSERT_TRUE(score.ok()) << score.error().message;
  EXPECT_NEAR(*score, expected["r2"].get<double>(), tolerance / 10.0);
}

INSTANTIATE_TEST_SUITE_P(Methods, PublishedGolden, testing::Values("linear", "ridge", "krr", "svr"),
                         [](const auto& method) { return std::string(method.param); });

}  // namespace
}  // namespace joulecast::pre
