// Every formula against figures worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <string>

#include "joulecast/baselines/methods.h"
#include "joulecast/baselines/power_formulas.h"
#include "joulecast/baselines/work_formulas.h"

namespace joulecast::baselines {
namespace {

constexpr double kHour = 3600.0;

void expect_joules(Joules energy, double joules) {
  EXPECT_NEAR(energy.value(), joules, 1e-9 * joules);
}

TEST(PowerFormulas, GreenAlgorithmsAsTheWebsiteHasIt) {
  // Two GPUs of 250 W at 0.8, 16 cores of 7.5 W at half load, 64 GB, for two hours.
  const Parts parts = green_algorithms({.duration = Seconds(2 * kHour),
                                        .gpus = 2.0,
                                        .gpu_tdp = Watts(250.0),
                                        .gpu_use = 0.8,
                                        .cores = 16.0,
                                        .core_power = Watts(7.5),
                                        .core_use = 0.5,
                                        .memory_gb = 64.0});
  expect_joules(parts.gpu, 400.0 * 7200.0);
  expect_joules(parts.cpu, 60.0 * 7200.0);
  expect_joules(parts.memory, 23.84 * 7200.0);
}

TEST(PowerFormulas, GreenAlgorithmsAsThePaperUsesIt) {
  const Parts parts = green_algorithms_paper(Watts(350.0), 0.3, 16.0, Seconds(1000.0));
  expect_joules(parts.gpu, 105000.0);
  expect_joules(parts.memory, 5960.0);
  EXPECT_EQ(parts.cpu.value(), 0.0);
}

TEST(PowerFormulas, MlCo2) {
  expect_joules(ml_co2(Watts(400.0), 8.0, Seconds(0.5 * kHour)), 5.76e6);
  expect_joules(ml_co2_paper(Watts(300.0), Seconds(100.0)), 30000.0);
}

TEST(PowerFormulas, CodeCarbonCpu) {
  EXPECT_NEAR(codecarbon_cpu(Watts(200.0), 0.0).value(), 20.0, 1e-9);
  EXPECT_NEAR(codecarbon_cpu(Watts(200.0), 0.5).value(), 42.5, 1e-9);
  EXPECT_NEAR(codecarbon_cpu(Watts(200.0), 1.0).value(), 200.0, 1e-9);
}

TEST(PowerFormulas, CodeCarbonMemoryGuessesDimms) {
  EXPECT_NEAR(codecarbon_memory(1.0).value(), 10.0, 1e-9);      // one, but never below 10 W
  EXPECT_NEAR(codecarbon_memory(16.0).value(), 10.0, 1e-9);     // two
  EXPECT_NEAR(codecarbon_memory(32.0).value(), 20.0, 1e-9);     // four
  EXPECT_NEAR(codecarbon_memory(128.0).value(), 38.0, 1e-9);    // eight: 20 + 4 x 4.5
  EXPECT_NEAR(codecarbon_memory(192.0).value(), 54.0, 1e-9);    // twelve of 16 GB: 38 + 4 x 4
  EXPECT_NEAR(codecarbon_memory(1000.0).value(), 70.0, 1e-9);   // sixteen of 64 GB: 38 + 8 x 4
  EXPECT_NEAR(codecarbon_memory(4096.0).value(), 126.0, 1e-9);  // 32 of 128 GB: 70 + 16 x 3.5
}

TEST(WorkFormulas, Carbontracker) {
  constexpr std::array<Joules, 3> kEpochs = {Joules(50.0), Joules(70.0), Joules(90.0)};
  expect_joules(carbontracker(std::span(kEpochs).first(1), 30.0), 1500.0);
  expect_joules(carbontracker(kEpochs, 30.0), 2100.0);
}

TEST(WorkFormulas, LlmCarbon) {
  // 6 x 1e9 x 2e10 = 1.2e20 operations; 4 x 1e14 x 0.3 = 1.2e14 a second: 1e6 s of 4 x 400 W.
  const LlmCarbonAnswer answer = llmcarbon({.parameters = 1e9,
                                            .tokens = 2e10,
                                            .devices = 4.0,
                                            .device_power = Watts(400.0),
                                            .peak_flops = 1e14,
                                            .efficiency = 0.3});
  EXPECT_NEAR(answer.duration.value(), 1e6, 1e-3);
  expect_joules(answer.energy, 1.6e9);
}

TEST(WorkFormulas, FlopsOnlyLeavesTheGroupOut) {
  // Joules per FLOP: 1, 4 | 2 | 8. For the first group sqrt(2 x 8) = 4; for the second
  // (1 x 4 x 8)^(1/3); for the third (1 x 4 x 2)^(1/3) = 2.
  const std::array<FlopsAndEnergy, 4> trainings = {
      {{.group = 0, .flops = Flops(10.0), .energy = Joules(10.0)},
       {.group = 0, .flops = Flops(20.0), .energy = Joules(80.0)},
       {.group = 1, .flops = Flops(30.0), .energy = Joules(60.0)},
       {.group = 2, .flops = Flops(5.0), .energy = Joules(40.0)}}};
  const auto answers = flops_only(trainings);
  ASSERT_EQ(answers.size(), 4U);
  expect_joules(*answers[0], 40.0);
  expect_joules(*answers[1], 80.0);
  expect_joules(*answers[2], 30.0 * std::cbrt(32.0));
  expect_joules(*answers[3], 10.0);
}

TEST(WorkFormulas, FlopsOnlyOfOneGroupHasNothingToGoBy) {
  const std::array<FlopsAndEnergy, 2> trainings = {
      {{.group = 0, .flops = Flops(1.0), .energy = Joules(1.0)},
       {.group = 0, .flops = Flops(2.0), .energy = Joules(1.0)}}};
  for (const auto& answer : flops_only(trainings)) EXPECT_FALSE(answer);
}

TEST(Methods, EachSaysWhatStandsBehindIt) {
  std::set<std::string_view> names;
  for (const Method& method : methods()) {
    EXPECT_TRUE(names.insert(method.name).second) << method.name;
    for (const std::string_view text : {method.about, method.formula, method.constants,
                                        method.source, method.limits, method.when}) {
      EXPECT_FALSE(text.empty()) << method.name;
    }
  }
}

TEST(Methods, AreFoundByNameAndMoment) {
  EXPECT_EQ((*find_method("joulecast@3"))->name, "joulecast");
  EXPECT_EQ((*find_method("ml-co2"))->name, "ml-co2");
  EXPECT_THAT(find_method("carbontraker-1").error().message,
              testing::HasSubstr("did you mean carbontracker-1?"));
  EXPECT_FALSE(find_method("ml-co2@3").ok());
}

}  // namespace
}  // namespace joulecast::baselines
