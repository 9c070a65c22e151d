#include "pre/joint_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pre/generated_for_test.h"

namespace joulecast::pre {
namespace {

Case case_of(const Observation& run) {
  return {.workload = GeneratedWorld::workload(run.set_up),
          .log_time = std::log(run.epoch_time->value()),
          .log_power = std::log(run.power->value())};
}

std::vector<Case> cases_of(GeneratedWorld& world, int gpus, int networks) {
  std::vector<Case> cases;
  for (int gpu = 0; gpu < gpus; ++gpu) {
    for (int network = 0; network < networks; ++network) {
      for (const std::int64_t batch : {16, 64}) {
        cases.push_back(case_of(world.run(generated_set_up(gpu, network, batch))));
      }
    }
  }
  return cases;
}

TEST(JointModel, ForetellsConfigurationsBetweenThoseItSaw) {
  GeneratedWorld world(1, 3, 0.01);
  const JointModel model(cases_of(world, 3, 6));
  for (int gpu = 0; gpu < 3; ++gpu) {
    const pre::SetUp set_up = generated_set_up(gpu, 3, 32);
    const Outcome truth = world.truth(set_up);
    const Belief belief = model.believe(GeneratedWorld::workload(set_up));
    EXPECT_NEAR(belief.mean[0], std::log(truth.time_s), 0.05);
    EXPECT_NEAR(belief.mean[1], std::log(truth.power_w), 0.03);
  }
}

TEST(JointModel, IsLessSureOfWhatItNeverSaw) {
  GeneratedWorld world(2, 4, 0.01);
  const JointModel model(cases_of(world, 3, 4));
  const auto variance = [&](int gpu) -> Eigen::Vector2d {
    return model.believe(GeneratedWorld::workload(generated_set_up(gpu, 2, 32)))
        .covariance.diagonal();
  };
  const Eigen::Vector2d known = variance(1), same_generation = variance(3), unseen = variance(5);
  for (int i = 0; i < 2; ++i) {
    EXPECT_GT(known[i], 0.0);
    EXPECT_GT(same_generation[i], 2.0 * known[i]);
    EXPECT_GT(unseen[i], same_generation[i]);
  }
}

TEST(JointModel, ClosedFormLeaveOneOutIsNearARefit) {
  GeneratedWorld world(3, 2, 0.03);
  const std::vector<Case> cases = cases_of(world, 2, 6);
  const std::vector<LeftOut> closed = JointModel(cases).leave_out(Novelty::kConfiguration);
  ASSERT_EQ(closed.size(), cases.size());
  for (const std::size_t left : {std::size_t{2}, std::size_t{9}, std::size_t{17}}) {
    std::vector<Case> others = cases;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(left));
    const Belief belief = JointModel(others).believe(cases[left].workload);
    EXPECT_NEAR(closed[left].error[0], *cases[left].log_time - belief.mean[0], 0.045);
    EXPECT_NEAR(closed[left].error[1], *cases[left].log_power - belief.mean[1], 0.045);
    EXPECT_NEAR(std::sqrt(closed[left].covariance(0, 0)), std::sqrt(belief.covariance(0, 0)), 0.02);
  }
}

TEST(JointModel, LearnsTimeFromRunsWithoutWatts) {
  GeneratedWorld world(4, 2, 0.01);
  std::vector<Case> cases = cases_of(world, 2, 6);
  for (std::size_t i = 0; i < cases.size(); i += 2) cases[i].log_power.reset();
  cases[1].log_time.reset();
  const JointModel model(cases);
  const pre::SetUp set_up = generated_set_up(1, 3, 32);
  const Outcome truth = world.truth(set_up);
  const Belief belief = model.believe(GeneratedWorld::workload(set_up));
  EXPECT_NEAR(belief.mean[0], std::log(truth.time_s), 0.05);
  EXPECT_NEAR(belief.mean[1], std::log(truth.power_w), 0.05);
  const std::vector<LeftOut> left = model.leave_out(Novelty::kConfiguration);
  EXPECT_TRUE(left[0].time);
  EXPECT_FALSE(left[0].power);
  EXPECT_FALSE(left[1].time);
  EXPECT_TRUE(left[1].power);
}

}  // namespace
}  // namespace joulecast::pre
