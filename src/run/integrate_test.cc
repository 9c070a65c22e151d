#include "joulecast/run/integrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace joulecast {
namespace {

TEST(WindowIntegrator, InterpolatesAtTheEdgesOfAWindow) {
  WindowIntegrator integrator({{0.5, 1.5}});
  integrator.add(0.0, 100.0);
  integrator.add(1.0, 200.0);
  integrator.add(2.0, 100.0);
  const auto windows = integrator.finish();
  // From 150 W up to 200 W and down to 150 W: 175 W on average for one second.
  EXPECT_DOUBLE_EQ(windows[0].energy.value(), 175.0);
  EXPECT_DOUBLE_EQ(windows[0].uncovered.value(), 0.0);
}

TEST(WindowIntegrator, WindowsThatTouchShareNoJouleAndLoseNone) {
  WindowIntegrator integrator({{0.0, 0.3}, {0.3, 1.7}, {1.7, 3.0}});
  for (int i = 0; i <= 30; ++i) integrator.add(0.1 * i, 50.0 + 10.0 * std::sin(i));
  double sum_j = 0.0;
  const double total_j = integrator.total().value();
  for (const WindowEnergy& window : integrator.finish()) sum_j += window.energy.value();
  EXPECT_NEAR(sum_j, total_j, 1e-9);
}

TEST(WindowIntegrator, HoldsTheLastAndTheFirstPowerForOneSamplingIntervalAtMost) {
  WindowIntegrator integrator({{-5.0, 0.0}, {0.0, 10.0}});
  for (int t = 0; t <= 4; ++t) integrator.add(t, 100.0);
  const auto windows = integrator.finish();
  EXPECT_DOUBLE_EQ(windows[0].energy.value(), 100.0);  // one second before the first sample
  EXPECT_DOUBLE_EQ(windows[0].uncovered.value(), 4.0);
  EXPECT_DOUBLE_EQ(windows[1].energy.value(), 500.0);  // one second after the last one
  EXPECT_DOUBLE_EQ(windows[1].uncovered.value(), 5.0);
}

TEST(WindowIntegrator, OneSampleIsNoEnergy) {
  WindowIntegrator integrator({{0.0, 1.0}});
  integrator.add(0.5, 100.0);
  const auto windows = integrator.finish();
  EXPECT_DOUBLE_EQ(windows[0].energy.value(), 0.0);
  EXPECT_DOUBLE_EQ(windows[0].uncovered.value(), 1.0);
}

RC_GTEST_PROP(WindowIntegratorProperty, AnyCutOfATraceSumsToItsEnergy, ()) {
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 500));
  RC_PRE(steps.size() >= 2);
  const auto cuts = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 400));
  std::vector<double> time_s = {0.0};
  for (const int step : steps) time_s.push_back(time_s.back() + 0.01 * step);
  std::vector<Window> windows;
  double edge = 0.0;
  for (const int cut : cuts) {
    const double next = edge + 0.05 * cut;
    if (next >= time_s.back()) break;
    windows.push_back({edge, next});
    edge = next;
  }
  windows.push_back({edge, time_s.back()});

  WindowIntegrator integrator(windows);
  for (std::size_t i = 0; i < time_s.size(); ++i) {
    integrator.add(time_s[i], static_cast<double>((i * 7919) % 300));
  }
  const double total_j = integrator.total().value();
  double sum_j = 0.0;
  for (const WindowEnergy& window : integrator.finish()) {
    RC_ASSERT(window.energy.value() >= 0.0);
    RC_ASSERT(window.uncovered.value() < 1e-9);
    sum_j += window.energy.value();
  }
  RC_ASSERT(std::abs(sum_j - total_j) <= 1e-9 * std::max(1.0, total_j));
}

Device device(const char* id, Origin origin) {
  return {.id = id,
          .kind = DeviceKind::kGpu,
          .name = "",
          .origin = origin,
          .source = "",
          .power_limit = {}};
}

Epoch epoch(std::int64_t number, double start_s, double end_s) {
  Epoch e;
  e.number = number;
  e.start_s = start_s;
  e.end_s = end_s;
  return e;
}

TEST(EpochIntegrator, SumsTheDevicesAndSaysTheWorstOrigin) {
  EpochIntegrator integrator;
  integrator.device(device("gpu0", Origin::kIntegrated));
  integrator.device(device("cpu", Origin::kModelled));
  Epoch first = epoch(1, 0.0, 2.0);
  first.evaluation = Evaluation{.start_s = 1.5, .end_s = 2.0, .energy = {}};
  integrator.epoch(first);
  integrator.epoch(epoch(2, 2.0, 4.0));
  for (int t = 0; t <= 5; ++t) {
    integrator.sample(0, t, 100.0);
    integrator.sample(1, t, 20.0);
  }
  const EpochRun run = integrator.finish();
  ASSERT_EQ(run.epochs.size(), 2U);
  EXPECT_DOUBLE_EQ(run.epochs[0].energy->value(), 240.0);
  EXPECT_DOUBLE_EQ(run.epochs[0].evaluation->energy->value(), 60.0);
  EXPECT_EQ(run.epochs[0].energy_origin, Origin::kModelled);
  EXPECT_DOUBLE_EQ(run.devices[0].in_epochs.value(), 400.0);
  EXPECT_DOUBLE_EQ(run.devices[0].total.value(), 500.0);
  EXPECT_DOUBLE_EQ(run.uncovered.value(), 0.0);
}

TEST(EpochIntegrator, AnEpochThatNoSampleVouchesForHasNoEnergy) {
  EpochIntegrator integrator;
  integrator.device(device("gpu0", Origin::kIntegrated));
  integrator.epoch(epoch(1, 0.0, 2.0));
  integrator.epoch(epoch(2, 2.0, 200.0));
  for (int t = 0; t <= 5; ++t) integrator.sample(0, t, 100.0);
  const EpochRun run = integrator.finish();
  EXPECT_TRUE(run.epochs[0].energy.has_value());
  EXPECT_FALSE(run.epochs[1].energy.has_value());
}

TEST(EpochIntegrator, WhatLiesBetweenTwoMarksBelongsToTheEpochBefore) {
  EpochIntegrator integrator;
  integrator.device(device("gpu0", Origin::kIntegrated));
  integrator.epoch(epoch(1, 0.0, 5.0));
  integrator.epoch(epoch(2, 10.0, 15.0));
  for (int t = 0; t <= 15; ++t) integrator.sample(0, t, 100.0);
  const EpochRun run = integrator.finish();
  EXPECT_DOUBLE_EQ(run.epochs[0].energy->value(), 1000.0);
  EXPECT_DOUBLE_EQ(run.epochs[0].duration().value(), 10.0);
  EXPECT_DOUBLE_EQ(run.epochs[1].energy->value(), 500.0);
}

TEST(EpochIntegrator, AnEpochThatBringsItsEnergyKeepsIt) {
  EpochIntegrator integrator;
  Epoch given = epoch(1, 0.0, 2.0);
  given.energy = Joules(7.0);
  integrator.epoch(given);
  const EpochRun run = integrator.finish();
  EXPECT_DOUBLE_EQ(run.epochs[0].energy->value(), 7.0);
  EXPECT_EQ(run.epochs[0].energy_origin, Origin::kReported);
}

TEST(EpochIntegrator, SamplingIntervalIsTheCoarsestIntegratedDevices) {
  EpochIntegrator integrator;
  integrator.device(device("gpu0", Origin::kIntegrated));
  integrator.device(device("gpu1", Origin::kIntegrated));
  integrator.device(device("cpu", Origin::kModelled));
  for (int i = 0; i <= 10; ++i) integrator.sample(0, 0.5 * i, 100.0);
  for (int i = 0; i <= 5; ++i) integrator.sample(1, 1.0 * i, 100.0);
  for (int i = 0; i <= 1; ++i) integrator.sample(2, 5.0 * i, 100.0);
  EXPECT_DOUBLE_EQ(sampling_interval(integrator.finish()).value(), 1.0);
  EXPECT_DOUBLE_EQ(sampling_interval({}).value(), 0.0);
}

}  // namespace
}  // namespace joulecast
